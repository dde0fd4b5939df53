/// A place where bytes from outside enter, or two implementations that must agree on any bytes.
public struct FuzzTarget: Sendable {
  /// Takes one input; throws a finding that is no crash.
  public typealias Run = (_ bytes: [UInt8]) throws -> Void

  public let name: String
  /// What it tests, and the invariant.
  public let about: String
  /// The largest useful input, in bytes.
  public let bytesMax: Int
  /// Seed inputs, made from real frames and messages.
  public let seeds: @Sendable () throws -> [[UInt8]]
  /// Makes the consumer of the inputs, once for a run.
  public let make: @Sendable () throws -> Run

  init(
    _ name: String, _ about: String, bytesMax: Int = 512,
    seeds: @escaping @Sendable () throws -> [[UInt8]] = { [] },
    make: @escaping @Sendable () throws -> Run
  ) {
    self.name = name
    self.about = about
    self.bytesMax = bytesMax
    self.seeds = seeds
    self.make = make
  }

  /// Every target.
  public static let all: [FuzzTarget] =
    [edges, keypad, machine, week, words, zoneFile, certificate]
    + messages + [envelope, signedEnvelope, handOver, signedHandOver, offlinePIN, offlinePINFile]
    + [osdpPackets, osdpLine]
    + [settings, socket, web, dryRun, damagedStore, damagedRows, sync, storedSync]
}

/// An invariant that did not hold.
public struct FuzzFinding: Error, CustomStringConvertible {
  public let description: String

  init(_ description: String) { self.description = description }
}

/// Throws a finding when `condition` does not hold.
func demand(
  _ condition: @autoclosure () throws -> Bool, _ words: @autoclosure () -> String
) throws {
  if try !condition() { throw FuzzFinding(words()) }
}
