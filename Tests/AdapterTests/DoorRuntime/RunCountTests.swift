import CloudProtocol
import DoorRules
import Testing

@testable import DoorRuntime

@Suite("RunCount: starts in a row without a stop before are counted and told (E2, F2)")
struct RunCountTests {
  private var runs = RunCount()

  /// What the next start finds on the disk.
  private mutating func reload() throws { runs = try #require(RunCount(bytes: runs.bytes)) }

  @Test("power that goes three times in a row is told, twice is not")
  mutating func power() throws {
    runs.begin(machine: "m0")
    for start in 1...3 {
      try reload()
      runs.begin(machine: "m\(start)")
      #expect(runs.powerLosses == start)
      #expect((runs.record != nil) == (start == 3))
      #expect((runs.trouble != nil) == (start == 3))
    }
    #expect(runs.record?.type == .controllerUncleanStarts)
    #expect(runs.record?.detail == ["powerLosses": "3", "crashes": "0"])
  }

  @Test("a program that ends while the machine goes on is no loss of power")
  mutating func crash() throws {
    runs.begin(machine: "m0")
    for _ in 1...3 {
      try reload()
      runs.begin(machine: "m0")
    }
    #expect(runs.crashes == 3 && runs.powerLosses == 0)
    #expect(runs.record?.detail == ["powerLosses": "0", "crashes": "3"])
  }

  @Test("a stop ends the row, on the same machine and after a restart of it", arguments: [0, 1])
  mutating func stopped(_ machine: Int) throws {
    for start in 0...5 {
      runs.begin(machine: "m\(start)")
      try reload()
    }
    runs.end()
    try reload()
    runs.begin(machine: "m\(5 + machine)")
    #expect(runs.uncleanStarts == 0 && runs.record == nil)
  }

  @Test("a run of a day ends the row: a cut every month is no supply that dips")
  mutating func long() throws {
    for start in 0...2 {
      runs.begin(machine: "m\(start)")
      try reload()
    }
    #expect(runs.lasted(hours: 23) == false && runs.uncleanStarts == 2)
    #expect(runs.lasted(hours: 24) == true)
    #expect(runs.lasted(hours: 25) == false)
    try reload()
    runs.begin(machine: "m3")
    #expect(runs.powerLosses == 1)
  }

  @Test(
    "what no start wrote is not read",
    arguments: [
      "", "running", "running 1 2", "on 1 2 m", "running -1 0 m", "running 1 99999 m",
      "running x 0 m",
    ])
  func garbage(_ text: String) {
    #expect(RunCount(bytes: Array(text.utf8)) == nil)
  }

  @Test("a machine that does not name its starts counts as one that lost its power")
  mutating func nameless() throws {
    runs.begin(machine: "")
    try reload()
    runs.begin(machine: "")
    #expect(runs.powerLosses == 1)
  }
}
