import Foundation

/// Where each planted fault of the simulated world was found last. A list that is out of date costs
/// the tests time, and nothing else: they look there first, and then everywhere.
public enum SabotageSeeds {
  /// Written by `postern-lab sabotages --write`: a name and a seed in each line.
  public static let path = "Tests/Lab/sabotages.txt"
  /// Days of each world.
  public static let days = 10
  /// A fault that no world up to this seed shows counts as not found.
  public static let lastSeed: UInt64 = 80

  /// The seed of each fault, by the fault's name. A line that says something else is left out.
  public static func last() throws -> [String: UInt64] {
    let text = try String(contentsOf: Repository.file(path), encoding: .utf8)
    return text.split(separator: "\n").reduce(into: [:]) { seeds, line in
      let words = line.split(separator: " ")
      if words.count == 2 { seeds[String(words[0])] = UInt64(words[1]) }
    }
  }

  /// All seeds, the likeliest first.
  public static func order(startingWith likely: UInt64?) -> [UInt64] {
    let all = Array(1...lastSeed)
    guard let likely, all.contains(likely) else { return all }
    return [likely] + all.filter { $0 != likely }
  }
}
