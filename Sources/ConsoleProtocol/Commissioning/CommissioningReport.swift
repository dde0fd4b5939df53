public import CloudProtocol
import DoorRules

/// What a technician saw when a door was handed over.
public struct CommissioningReport: Sendable, Hashable, Codable {
  /// The most characters of a note.
  public static let noteCharactersMax = 200

  /// One step, and what was seen.
  public struct Finding: Sendable, Hashable, Codable {
    public var step: CommissioningStep
    public var result: CommissioningResult
    /// The technician's words, and what the controller saw; empty for nothing.
    public var note: String

    public init(_ step: CommissioningStep, _ result: CommissioningResult, note: String = "") {
      self.step = step
      self.result = result
      self.note = note
    }
  }

  /// What all steps come to. The names go into events and do not change.
  public enum Outcome: String, Sendable, Hashable, Codable, CaseIterable {
    /// Every step that the door has was as expected.
    case passed
    /// A step was not.
    case failed
    /// No step failed, and one was not done.
    case unfinished
  }

  public var door: String
  /// Who tried it.
  public var by: String
  /// Each step once, in their order.
  public var findings: [Finding]

  public init(door: String, by: String, findings: [Finding]) {
    self.door = door
    self.by = by
    self.findings = findings
  }

  public var outcome: Outcome {
    let results = findings.map(\.result)
    if results.contains(.notAsExpected) { return .failed }
    let done = Set(findings.filter { $0.result != .notDone }.map(\.step))
    return done.count == CommissioningStep.allCases.count ? .passed : .unfinished
  }
}

extension CommissioningReport {
  /// Throws unless each step is there at most once and the notes are short and without control
  /// characters: they go into the event log, and onto screens.
  public func check() throws(ValidationFailure) {
    for (number, finding) in findings.enumerated() {
      let path = "findings.\(number)"
      if findings[..<number].contains(where: { $0.step == finding.step }) {
        throw ValidationFailure(path: "\(path).step", message: "is there twice")
      }
      guard finding.note.count <= Self.noteCharactersMax else {
        throw ValidationFailure(
          path: "\(path).note", message: "has more than \(Self.noteCharactersMax) characters")
      }
      if !OpaqueText.isPlain(finding.note) {
        throw ValidationFailure(path: "\(path).note", message: "has control characters")
      }
    }
  }
}
