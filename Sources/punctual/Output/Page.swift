internal import Foundation

/// A page that is drawn again and again at the top of a terminal.
enum Page {
    /// The codes and the text that draw the page in place.
    ///
    /// Each line is written over the old one and its rest erased, nothing is cleared first, and all goes out in one
    /// write: so nothing flickers. Wrapping is off meanwhile, and on again at the end: long lines are cut by the terminal,
    /// which is left as it was found whenever the command is stopped.
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
        var size = winsize()
        let isKnown = ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_row > 0
        Console.raw(frame(text, rows: isKnown ? Int(size.ws_row) : 24))
    }
}
