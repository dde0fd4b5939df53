import DoorPorts
import DoorRules
import Foundation
import Testing

@testable import DoorRuntime
@testable import DoorSimulation
@testable import StoreSQLite

@Suite("What a person set is kept in both files, and one that is lost ends none of it (F2, F3)")
struct TwiceKeptTests {
  private typealias Copy = TwiceKept.Copy
  private static let key = "modes.front"

  private static func copy(_ count: UInt64?, _ value: UInt8?, pair: String = "p") -> Copy {
    var copy = Copy(mark: count.map { TwiceKept.Mark(count: $0, pair: pair) })
    copy.values[key] = value.map { [$0] }
    return copy
  }

  /// Both copies at a start, and what the first one has then.
  private static let rows:
    [(name: String, first: Copy, second: Copy, then: UInt8?, mark: TwiceKept.Mark)] = [
      ("both are new", copy(nil, nil), copy(nil, nil), nil, .init(count: 1, pair: "new")),
      ("an earlier version", copy(nil, 1), copy(nil, nil), 1, .init(count: 1, pair: "new")),
      ("the second is lost", copy(7, 1), copy(nil, nil), 1, .init(count: 7, pair: "p")),
      ("both are the same", copy(7, 1), copy(7, 1), 1, .init(count: 7, pair: "p")),
      ("the first lost a row", copy(7, nil), copy(7, 1), 1, .init(count: 7, pair: "p")),
      ("the second lost a row", copy(7, 1), copy(7, nil), 1, .init(count: 7, pair: "p")),
      ("a cut before the second", copy(8, 2), copy(7, 1), 2, .init(count: 8, pair: "p")),
      (
        "a cut before it was ended there", copy(8, nil), copy(7, 1), nil, .init(count: 8, pair: "p")
      ),
      ("the first is lost", copy(nil, nil), copy(7, 1), 1, .init(count: 8, pair: "new")),
      ("and has a newer value", copy(nil, 2), copy(7, 1), 2, .init(count: 8, pair: "new")),
      ("the first is an older file", copy(5, 2), copy(7, 1), 1, .init(count: 8, pair: "p")),
      ("in which it was not ended", copy(5, 2), copy(7, nil), nil, .init(count: 8, pair: "p")),
      ("the second is another's", copy(5, 2), copy(7, 1, pair: "q"), 2, .init(count: 5, pair: "p")),
    ]

  @Test("D7 F3: a damaged row with the last number ends no start")
  func lastNumber() {
    let last = TwiceKept.Mark(count: .max, pair: "a")
    #expect(last.next == last)
    let copied = TwiceKept.Copy(mark: last, values: ["modes.front": [1]])
    let settled = TwiceKept.settle(TwiceKept.Copy(), copied, pair: "b")
    #expect(settled.mark == TwiceKept.Mark(count: .max, pair: "b"))
    #expect(settled.restored == ["modes.front": [1]])
  }

  @Test("which copy counts at a start", arguments: rows.indices)
  func settles(index: Int) {
    let row = Self.rows[index]
    let settled = TwiceKept.settle(row.first, row.second, pair: "new")
    var values = row.first.values
    for (key, value) in settled.restored { values[key] = value }
    #expect(values[Self.key] == row.then.map { [$0] }, "\(row.name)")
    #expect(settled.mark == row.mark, "\(row.name)")
  }

  @Test("a mark is read as it was written, and nothing else is one")
  func marks() {
    let mark = TwiceKept.Mark(count: .max, pair: "a b")
    #expect(TwiceKept.Mark(bytes: mark.bytes) == mark)
    for text in ["", "7", "x p", "-1 p", " p"] {
      #expect(TwiceKept.Mark(bytes: Array(text.utf8)) == nil, "\(text)")
    }
  }

  // MARK: On both disks

  /// What is done in turn; nil brings the second copy up to date.
  private static let steps: [[UInt8]??] = [
    .some([1]), nil, .some([2]), nil, .some(nil), nil, .some([3]), nil, .some([4]),
  ]

  /// After so many steps: the first copy's value, and the second one's.
  private static func values(after cut: Int) -> (first: [UInt8]?, second: [UInt8]?) {
    var (first, second): ([UInt8]?, [UInt8]?) = (nil, nil)
    for step in steps.prefix(cut) {
      if let value = step { first = value } else { second = first }
    }
    return (first, second)
  }

  enum Loss: CaseIterable { case nothing, events, cache }

  @Test(
    "they never disagree after a cut, wherever it comes, and whatever is lost with it",
    arguments: 0...steps.count, Loss.allCases)
  func everyCut(cut: Int, loss: Loss) throws {
    let fixture = StoreFixture()
    do {
      let (events, cache) = (try fixture.events(), try fixture.cache())
      let state = TwiceKeptState(events, copiedTo: cache, log: events)
      for step in Self.steps.prefix(cut) {
        if let value = step {
          try state.setValue(value, forKey: Self.key)
        } else {
          try state.copy()
        }
      }
      try fixture.end(events.pool)
      try fixture.end(cache.pool)
    }
    for suffix in loss == .nothing ? [] : ["", "-wal", "-shm"] {
      let file = loss == .events ? EventDatabase.fileName : CacheDatabase.fileName
      try? FileManager.default.removeItem(atPath: fixture.path(file + suffix))
    }
    let before = Self.values(after: cut)
    let expected = loss == .events ? before.second : before.first
    for start in 1...2 {
      let (events, cache) = (try fixture.events(), try fixture.cache())
      let state = TwiceKeptState(events, copiedTo: cache, log: events)
      #expect(try state.value(forKey: Self.key) == expected, "start \(start)")
      let isTold = start == 1 && loss == .events && expected != nil
      #expect(state.restored() == (isTold ? [Self.key] : []), "start \(start)")
      try state.copy()
      #expect(try cache.stateCopies()[Self.key] == expected, "start \(start)")
      try fixture.end(events.pool)
      try fixture.end(cache.pool)
    }
  }

  @Test(
    "a second copy that cannot be read or written changes nothing in the first, nor is overwritten")
  func secondFails() throws {
    let fixture = StoreFixture()
    let events = try fixture.events()
    let policy = MemoryPolicy()
    try policy.replaceStateCopies([Self.key: [1], "twice": Array("7 lost".utf8)])
    policy.fail(with: PortError(.inputOutput, operation: "read", detail: "the disk failed"))
    let state = TwiceKeptState(events, copiedTo: policy, log: events)
    #expect(try state.value(forKey: Self.key) == nil)
    #expect(state.trouble?.code == .inputOutput)
    try state.setValue([2], forKey: "modes.back")
    policy.fail(with: nil)
    // It may know what the first lacks, so the next start compares.
    try state.copy()
    #expect(try policy.stateCopies()[Self.key] == [1])
    let next = TwiceKeptState(events, copiedTo: policy, log: events)
    #expect(try next.value(forKey: Self.key) == [1] && next.value(forKey: "modes.back") == [2])
    #expect(next.restored() == [Self.key])
    try next.copy()
    policy.fail(with: PortError(.full, operation: "write", detail: "no space is left"))
    try next.setValue(nil, forKey: Self.key)
    #expect(throws: PortError.self) { try next.copy() }
    #expect(try next.value(forKey: Self.key) == nil)
    policy.fail(with: nil)
    try next.copy()
    #expect(try policy.stateCopies()[Self.key] == nil)
  }

  @Test("what the first disk does not take back is in force all the same, and told")
  func firstRefuses() throws {
    let disk = SimulatedDisk { "epoch" }
    let policy = MemoryPolicy()
    try policy.replaceStateCopies([Self.key: [1], "twice": Array("7 lost".utf8)])
    disk.setFault(.full, at: 0)
    let state = TwiceKeptState(disk.state, copiedTo: policy, log: disk.log)
    #expect(try state.value(forKey: Self.key) == [1])
    #expect(try state.values(withPrefix: "modes.") == [Self.key: [1]])
    #expect(state.restored() == [Self.key])
    #expect(throws: PortError.self) { try state.setValue([5], forKey: "runs") }
    // The second copy stays as it is until the first has everything.
    try state.copy()
    #expect(try policy.stateCopies()["twice"] == Array("7 lost".utf8))
    disk.endFaults()
    try state.setValue([5], forKey: "runs")
    #expect(try disk.state.value(forKey: Self.key) == [1])
  }

  @Test("a file that is replaced while the program runs gets back what it lost")
  func replacedWhileRunning() throws {
    let fixture = StoreFixture()
    let (events, cache) = (try fixture.events(), try fixture.cache())
    let state = TwiceKeptState(events, copiedTo: cache, log: events)
    try state.setValue([1], forKey: Self.key)
    try state.copy()
    try events.setValues([Self.key: nil, "twice": nil])
    try state.setValue([2], forKey: "modes.back")
    #expect(try state.value(forKey: Self.key) == [1])
    try state.copy()
    #expect(try cache.stateCopies().keys.sorted() == ["modes.back", Self.key, "twice"])
  }

  @Test("D7 F3: a damaged row ends nothing that a person set, and takes no other row with it")
  func damagedRow() throws {
    let fixture = StoreFixture()
    let (events, cache) = (try fixture.events(), try fixture.cache())
    let before = TwiceKeptState(events, copiedTo: cache, log: events)
    try before.setValues([Self.key: [1], "modes.back": [2]])
    try before.copy()
    try StoreFixture.spoilState(events, Self.key)
    #expect(portError { _ = try events.value(forKey: Self.key) }?.code == .damaged)
    #expect(try events.values(withPrefix: "modes.") == ["modes.back": [2]])
    let after = TwiceKeptState(events, copiedTo: cache, log: events)
    #expect(try after.value(forKey: Self.key) == [1])
    #expect(after.restored() == [Self.key])
    #expect(try fixture.files().contains("events.sqlite.spoiled"))
    try fixture.end(events.pool)
    let next = try fixture.events()
    #expect(try next.values(withPrefix: "modes.") == [Self.key: [1], "modes.back": [2]])
  }
}
