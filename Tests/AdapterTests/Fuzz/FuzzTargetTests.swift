import CoreModels
import Foundation
import FuzzTargets
import Testing

/// A short run of each target of `Tests/Lab/fuzz`, from a fixed seed and without libFuzzer.
@Suite(
  "Nothing that comes in can hurt: each fuzz target for a moment (D4, D5, D6, D13, F3)",
  .serialized, .computing)
struct FuzzTargetTests {
  /// How long each target may take, in seconds.
  private static let secondsMax = 1.0
  private static let inputsMax = 20_000
  /// So many at least, however slow the machine is.
  private static let inputsMin = 10

  struct Named: Sendable, CustomTestStringConvertible {
    var target: FuzzTarget
    var testDescription: String { target.name }
  }

  static let targets = FuzzTarget.all.map { Named(target: $0) }

  @Test("seeds and what becomes of them do no harm", arguments: targets)
  func run(_ named: Named) async throws {
    let target = named.target
    let tried = try await ownThread { try Self.tried(target) }
    #expect(tried >= Self.inputsMin + (try target.seeds().count), "\(target.name): \(tried) only")
  }

  @Test("every target has a name of its own and inputs to begin with")
  func names() throws {
    #expect(Set(FuzzTarget.all.map(\.name)).count == FuzzTarget.all.count)
    for target in FuzzTarget.all {
      let seeds = try target.seeds()
      #expect(!seeds.isEmpty, "\(target.name)")
      #expect(seeds.allSatisfy { $0.count <= target.bytesMax }, "\(target.name)")
    }
  }

  /// Every seed, then changed ones; how many.
  private static func tried(_ target: FuzzTarget) throws -> Int {
    let run = try target.make()
    let seeds = try target.seeds()
    var random = Xorshift(seed: 2_026)
    let end = ContinuousClock.now + .seconds(secondsMax)
    var count = 0
    func attempt(_ input: [UInt8]) throws {
      do { try run(input) } catch {
        Issue.record("\(target.name) with \(input): \(error)")
        throw error
      }
      count += 1
    }
    for seed in seeds { try attempt(seed) }
    let countMin = seeds.count + inputsMin
    while count < countMin || (count < inputsMax && ContinuousClock.now < end) {
      try attempt(changed(seeds, &random, target.bytesMax))
    }
    return count
  }

  /// One seed with a few bytes turned, put in, taken out or taken from another seed.
  private static func changed(
    _ seeds: [[UInt8]], _ random: inout Xorshift, _ bytesMax: Int
  ) -> [UInt8] {
    var input = seeds.randomElement(using: &random) ?? []
    for _ in 0..<random.number(1...6) {
      let place = random.number(0...input.count)
      switch random.number(0...4) {
      case 0 where place < input.count: input[place] ^= 1 << UInt8(random.number(0...7))
      case 1 where place < input.count: input[place] = UInt8(random.number(0...255))
      case 2 where place < input.count: input.removeSubrange(place..<min(place + 4, input.count))
      case 3: input.insert(UInt8(random.number(0...255)), at: place)
      default:
        let other = seeds.randomElement(using: &random) ?? []
        let from = random.number(0...other.count)
        input = Array(input[..<place]) + Array(other[from...])
      }
    }
    return Array(input.prefix(bytesMax))
  }

  /// The targets wait for what is asynchronous, so they may hold none of the pool's threads.
  private func ownThread(_ body: @escaping @Sendable () throws -> Int) async throws -> Int {
    try await withCheckedThrowingContinuation { continuation in
      let thread = Thread { continuation.resume(with: Result { try body() }) }
      thread.stackSize = 8 * 1_048_576
      thread.start()
    }
  }
}
