public import DoorPorts

/// Runs stories.
public enum Simulation {
  /// The result of one story.
  public struct Outcome: Sendable {
    public var tally: Tally
    /// Nil when everything held.
    public var violation: Violation?
    /// The digest of the trace: the same for the same story.
    public var digest: UInt64
  }

  /// Runs a story to its end or to the first violation. Throws when the world cannot be built, for
  /// example when the time zone is unknown.
  public static func run(
    _ story: Story, zones: any ZoneSource, sabotage: Sabotage? = nil, trace: Trace = Trace()
  ) throws -> Outcome {
    guard story.version == Story.versionNow else {
      throw SimulationError("the story is of version \(story.version), not \(Story.versionNow)")
    }
    let world = try World(story: story, zones: zones, sabotage: sabotage, trace: trace)
    world.run()
    var tally = world.observers.tally
    tally.doorSeconds = tally.simulatedSeconds * Int64(story.site.doors.count)
    return Outcome(tally: tally, violation: world.observers.violation, digest: trace.digest)
  }

  /// Shortens a story that violates a sentence: leaves out halves of the happenings, then quarters
  /// and so on, as long as the same sentence is violated (delta debugging; Zeller and Hildebrandt,
  /// "Simplifying and Isolating Failure-Inducing Input", 2002). `triesMax` bounds the work.
  public static func shrink(
    _ story: Story, zones: any ZoneSource, sabotage: Sabotage? = nil, triesMax: Int = 400,
    onTry: (Int) -> Void = { _ in }
  ) throws -> Story {
    guard let first = try run(story, zones: zones, sabotage: sabotage).violation else {
      return story
    }
    var best = story
    // Happenings after the failure do not matter.
    best.happenings.removeAll { $0.at > first.atMilliseconds }
    var tries = 0
    func fails(_ candidate: Story) throws -> Bool {
      tries += 1
      let found = try run(candidate, zones: zones, sabotage: sabotage).violation
      return found?.sentence == first.sentence
    }
    if try !fails(best) { best = story }
    var size = max(best.happenings.count / 2, 1)
    while tries < triesMax, !best.happenings.isEmpty {
      var start = 0
      var isShorter = false
      while start < best.happenings.count, tries < triesMax {
        var candidate = best
        candidate.happenings.removeSubrange(
          start..<min(start + size, candidate.happenings.count))
        if try fails(candidate) {
          best = candidate
          isShorter = true
        } else {
          start += size
        }
        onTry(best.happenings.count)
      }
      if size == 1, !isShorter { break }
      size = max(size / 2, 1)
    }
    best.days = 1
    return try fails(best) ? best : story.shortened(to: best)
  }
}

extension Story {
  /// With the happenings of another and the days of this one.
  fileprivate func shortened(to other: Story) -> Story {
    var story = self
    story.happenings = other.happenings
    return story
  }
}
