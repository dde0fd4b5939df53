import DoorPorts

/// Which of both copies of the state that is kept twice counts at a start. The first is in
/// `events.sqlite`, and its values are written first; the second is in `cache.sqlite` and always as the
/// first one was at some moment. Each says by its mark which moment that was.
enum TwiceKept {
  /// Counts the changes of the first copy. The pair names the file in which the count began: a new file
  /// counts anew.
  struct Mark: Hashable {
    var count: UInt64
    var pair: String

    /// Nil for anything that ``bytes`` did not make.
    init?(bytes: [UInt8]) {
      let parts = String(decoding: bytes, as: UTF8.self).split(
        separator: " ", maxSplits: 1, omittingEmptySubsequences: false)
      guard parts.count == 2, let count = UInt64(parts[0]) else { return nil }
      self.count = count
      pair = String(parts[1])
    }

    init(count: UInt64, pair: String) {
      self.count = count
      self.pair = pair
    }

    /// The count in decimal, a space, and the pair.
    var bytes: [UInt8] { Array("\(count) \(pair)".utf8) }

    /// A damaged row may have the last number, which stays.
    var next: Mark { Mark(count: count == .max ? count : count + 1, pair: pair) }
  }

  /// One of both copies: its mark, nil where there is none, and the values by their keys' names.
  struct Copy: Hashable {
    var mark: Mark?
    var values: [String: [UInt8]] = [:]
  }

  /// What a start does.
  struct Settlement: Hashable {
    /// The mark of the first copy from now on.
    var mark: Mark
    /// What the first copy gets from the second one; nil removes a value.
    var restored: [String: [UInt8]?] = [:]
  }

  /// The first copy counts, with three exceptions. Without a mark it is of a new file, or of one that
  /// lost its rows: what it lacks comes from the second copy. With the second copy's own mark both were
  /// the same: what it lacks are rows that were lost since. Of the same pair with a lower count it is an
  /// older file that somebody put back: the second copy counts. `pair` names a first copy that has no
  /// mark.
  static func settle(_ first: Copy, _ second: Copy, pair: String) -> Settlement {
    guard let copied = second.mark else {
      return Settlement(mark: first.mark ?? Mark(count: 1, pair: pair))
    }
    let lacking = second.values.filter { first.values[$0.key] == nil }.mapValues { Optional($0) }
    guard let mark = first.mark else {
      return Settlement(mark: Mark(count: copied.next.count, pair: pair), restored: lacking)
    }
    if mark == copied { return Settlement(mark: mark, restored: lacking) }
    guard mark.pair == copied.pair, mark.count < copied.count else { return Settlement(mark: mark) }
    var restored: [String: [UInt8]?] = [:]
    for key in Set(first.values.keys).union(second.values.keys)
    where first.values[key] != second.values[key] {
      restored.updateValue(second.values[key], forKey: key)
    }
    return Settlement(mark: copied.next, restored: restored)
  }
}
