internal import Dispatch
internal import Foundation
internal import Synchronization

/// A page that is drawn again and again at the top of a terminal.
enum Page {
    /// The codes and the text that draw the page in place.
    ///
    /// Each line is written over the old one and its rest erased, nothing is cleared first, and all goes out in one
    /// write: so nothing flickers. Wrapping is off meanwhile, and on again at the end: long lines are cut by the terminal.
    /// - Parameter rows: how many lines the terminal shows; a longer page is cut.
    static func frame(_ text: String, rows: Int) -> String {
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        // The last row is the cursor's.
        let room = max(2, rows - 1)
        if lines.count > room {
            let missing = lines.count - room + 1
            lines = lines.prefix(room - 1) + ["… \(missing) more"]
        }
        return "\u{1B}[?7l\u{1B}[H" + lines.map { "\($0)\u{1B}[K\n" }.joined() + "\u{1B}[J\u{1B}[?7h"
    }

    /// Draws the page on standard output.
    static func draw(_ text: String) {
        _ = interruptions
        var size = winsize()
        let isKnown = ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_row > 0
        let frame = frame(text, rows: isKnown ? Int(size.ws_row) : 24)
        drawing.withLock { _ in Console.raw(frame) }
    }

    private static let drawing = Mutex(())

    /// Lets Ctrl-C and SIGTERM end the program between two pages only, with wrapping on: the kernel cuts a write to a
    /// terminal short for a signal, and the terminal itself drops what it has not shown yet.
    ///
    /// Made once and only kept.
    nonisolated(unsafe) private static let interruptions: [any DispatchSourceSignal] = [SIGINT, SIGTERM].map { number in
        signal(number, SIG_IGN)
        let source = DispatchSource.makeSignalSource(signal: number)
        source.setEventHandler {
            drawing.withLock { _ in
                Console.raw("\u{1B}[?7h")
                // Dispatch's threads block signals, so this one lets it through and sends it to itself.
                signal(number, SIG_DFL)
                var set = sigset_t()
                sigemptyset(&set)
                sigaddset(&set, number)
                pthread_sigmask(SIG_UNBLOCK, &set, nil)
                raise(number)
            }
        }
        source.resume()
        return source
    }
}
