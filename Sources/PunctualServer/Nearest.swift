/// Finds what was probably meant by a word that nothing is called.
package enum Nearest {
    /// The known word that takes the fewest changes, when they are few for its length; nil otherwise.
    package static func word(to word: String, among known: some Sequence<String>) -> String? {
        known.map { ($0, distance($0, word)) }.filter { $0.1 <= max(2, word.count / 3) && $0.1 < word.count }
            .min { $0.1 < $1.1 }?.0
    }

    /// How many letters must be added, removed or changed to get from one to the other.
    private static func distance(_ left: String, _ right: String) -> Int {
        let (left, right) = (Array(left), Array(right))
        var row = Array(0...right.count)
        for (index, letter) in left.enumerated() {
            var corner = row[0]
            row[0] = index + 1
            for (column, other) in right.enumerated() {
                let change = corner + (letter == other ? 0 : 1)
                corner = row[column + 1]
                row[column + 1] = min(change, row[column] + 1, corner + 1)
            }
        }
        return row[right.count]
    }
}
