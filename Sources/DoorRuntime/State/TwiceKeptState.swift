import DoorPorts
import Synchronization

/// The small state, some of which is kept twice: what a person set and what makes the door safer must
/// not end because one file is lost. Values go to the first store; the second one, in the other file,
/// follows with ``copy()``. ``TwiceKept`` says which counts at a start.
///
/// A second store that fails changes nothing in the first, and is brought up to date later.
final class TwiceKeptState: StateStore {
  private struct State {
    /// Both copies were compared, or there was only one to read.
    var isSettled = false
    /// The first copy's mark; nil while the second one was never read and the first has none. Then
    /// nothing is copied: the second may have what the first lacks.
    var mark: TwiceKept.Mark?
    /// What came from the second copy and is not in the first one yet.
    var owed: [String: [UInt8]?] = [:]
    var restored: [String] = []
    var trouble: PortError?
  }

  private let first: any StateStore
  private let second: any PolicyStore
  private let log: any EventLog
  /// Whoever writes, or compares, does so alone.
  private let state = Mutex(State())
  /// Everything is in the first store, so that whoever reads waits for no write.
  private let isPlain = Atomic(false)

  init(_ first: any StateStore, copiedTo second: any PolicyStore, log: any EventLog) {
    self.first = first
    self.second = second
    self.log = log
  }

  // MARK: What the start found

  /// The keys that came from the second copy, by name. Blocks for as long as both files take.
  func restored() -> [String] {
    state.withLock { state in
      try? settle(&state)
      return state.restored
    }
  }

  /// Why the second copy could not be read at the start; nil when it could.
  var trouble: PortError? { state.withLock { $0.trouble } }

  private func settle(_ state: inout State) throws(PortError) {
    guard !state.isSettled else { return }
    let own = TwiceKept.Copy(
      mark: try first.value(of: .twice).flatMap(TwiceKept.Mark.init), values: try own())
    state.mark = own.mark
    let copied: [String: [UInt8]]
    do throws(PortError) { copied = try second.stateCopies() } catch {
      // The first copy is in force; the next start compares.
      state.trouble = error
      state.isSettled = true
      notePlain(state)
      return
    }
    let settled = TwiceKept.settle(
      own,
      TwiceKept.Copy(
        mark: copied[StateKey.twice.name].flatMap(TwiceKept.Mark.init),
        values: copied.filter { StateKey.isKeptTwice($0.key) }),
      pair: try log.position().epoch)
    state.mark = settled.mark
    state.restored = settled.restored.keys.sorted()
    state.owed = settled.restored
    if settled.mark != own.mark {
      state.owed.updateValue(settled.mark.bytes, forKey: StateKey.twice.name)
    }
    state.isSettled = true
    payBack(&state)
    notePlain(state)
  }

  private func notePlain(_ state: State) {
    isPlain.store(state.isSettled && state.owed.isEmpty, ordering: .releasing)
  }

  /// A damaged file may be replaced while the program runs: what the new one lacks is in the second.
  private func lookForAnother(_ state: inout State) throws(PortError) {
    guard let mark = state.mark, state.owed.isEmpty,
      try first.value(of: .twice) != mark.bytes
    else { return }
    isPlain.store(false, ordering: .releasing)
    state.isSettled = false
  }

  /// Puts what came from the second copy into the first. Until the disk takes it, it is read from here.
  private func payBack(_ state: inout State) {
    guard !state.owed.isEmpty, (try? first.setValues(state.owed)) != nil else { return }
    state.owed = [:]
  }

  private func own() throws(PortError) -> [String: [UInt8]] {
    var values: [String: [UInt8]] = [:]
    for prefix in StateKey.prefixesKeptTwice {
      values.merge(try first.values(withPrefix: prefix)) { $1 }
    }
    return values
  }

  // MARK: StateStore

  func value(forKey key: String) throws(PortError) -> [UInt8]? {
    if isPlain.load(ordering: .acquiring) { return try first.value(forKey: key) }
    return try state.withLock { state throws(PortError) in
      try settle(&state)
      if let owed = state.owed[key] { return owed }
      return try first.value(forKey: key)
    }
  }

  func values(withPrefix prefix: String) throws(PortError) -> [String: [UInt8]] {
    if isPlain.load(ordering: .acquiring) { return try first.values(withPrefix: prefix) }
    return try state.withLock { state throws(PortError) in
      try settle(&state)
      var values = try first.values(withPrefix: prefix)
      for (key, value) in state.owed where key.hasPrefix(prefix) { values[key] = value }
      return values
    }
  }

  func setValues(_ values: [String: [UInt8]?]) throws(PortError) {
    try state.withLock { state throws(PortError) in
      let isTwice = values.keys.contains(where: StateKey.isKeptTwice)
      if isTwice { try lookForAnother(&state) }
      try settle(&state)
      var all = state.owed.merging(values) { $1 }
      var mark = state.mark
      if isTwice, let next = mark?.next {
        mark = next
        all.updateValue(next.bytes, forKey: StateKey.twice.name)
      }
      try first.setValues(all)
      state.owed = [:]
      state.mark = mark
      notePlain(state)
    }
  }

  // MARK: The second copy

  /// Brings the second copy up to date. Nothing is copied over one that may know more.
  func copy() throws(PortError) {
    let copied = try state.withLock { state throws(PortError) -> [String: [UInt8]]? in
      try lookForAnother(&state)
      try settle(&state)
      guard let mark = state.mark, state.owed.isEmpty else { return nil }
      var values = try own()
      values[StateKey.twice.name] = mark.bytes
      return values
    }
    guard let copied else { return }
    let present = try second.stateCopies()
    guard present != copied else { return }
    if let there = present[StateKey.twice.name].flatMap(TwiceKept.Mark.init),
      let mark = copied[StateKey.twice.name].flatMap(TwiceKept.Mark.init),
      there.pair == mark.pair, there.count > mark.count
    {
      return
    }
    try second.replaceStateCopies(copied)
  }
}
