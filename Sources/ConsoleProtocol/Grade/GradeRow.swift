public import CloudProtocol
public import DoorRules

/// One thing that the standard asks for, in our words, and how it is judged.
public struct GradeRow: Sendable {
  /// The subjects of the standard, as its public table of contents names them.
  public enum Group: String, Sendable, Hashable, Codable, CaseIterable {
    case accessPoint, monitoring, indication, recognition, duress, overriding, communication
    case selfProtection, power, clock, environment

    public var title: String {
      switch self {
      case .accessPoint: "Access point"
      case .monitoring: "Monitoring of the access point"
      case .indication: "Indication, annunciation, logging"
      case .recognition: "Recognition"
      case .duress: "Duress"
      case .overriding: "Overriding"
      case .communication: "Communication"
      case .selfProtection: "Self-protection"
      case .power: "Power supply"
      case .clock: "Clock"
      case .environment: "Environment"
      }
    }
  }

  public let id: String
  public let group: Group
  public let asks: String
  /// The lowest grade that asks for it; nil where no public source says which, and then it does not
  /// count for the highest grade.
  public let from: Int?
  public let source: GradeSource
  /// What is recorded for it.
  public let events: [EventType]
  public let alarms: [AlarmReason]
  public let denials: [DenialReason]
  let judge: @Sendable (GradeFacts) -> GradeVerdict

  init(
    _ id: String, _ group: Group, _ asks: String, from: Int?, _ source: GradeSource,
    events: [EventType] = [], alarms: [AlarmReason] = [], denials: [DenialReason] = [],
    judge: @escaping @Sendable (GradeFacts) -> GradeVerdict
  ) {
    self.id = id
    self.group = group
    self.asks = asks
    self.from = from
    self.source = source
    self.events = events
    self.alarms = alarms
    self.denials = denials
    self.judge = judge
  }
}

/// What a row says of a door.
public enum GradeVerdict: Sendable, Hashable {
  /// By this setting or property.
  case met(String)
  /// Because of this; and what to set.
  case notMet(String, set: String)
  /// The software cannot see it, for this reason.
  case cannotTell(String)

  /// Whether it is met, and otherwise because of what and what to set.
  static func when(_ isMet: Bool, _ by: String, else why: String, set: String) -> Self {
    isMet ? .met(by) : .notMet(why, set: set)
  }
}

/// Where a row was read. None of them is the standard.
public enum GradeSource: String, Sendable, Hashable, Codable, CaseIterable {
  case honeywellGrades, honeywellMPA1, sonitrol, excerptIndication, excerptRecognition
  case excerptProtection, contents

  public var title: String {
    switch self {
    case .honeywellGrades: "Honeywell Security, access control compliance, a summary of the grades"
    case .honeywellMPA1: "Honeywell MPA1, manual, table of what CAN/ULC-60839-11-1 grade 1 asks for"
    case .sonitrol: "SonitrolCORE, user guide, what is optional in grade I of CAN/ULC-60839-11-1"
    case .excerptIndication: "a public excerpt about indication, annunciation and logging"
    case .excerptRecognition: "a public excerpt about recognition"
    case .excerptProtection: "a public excerpt about self-protection"
    case .contents: "the public table of contents, which names the subject and no grade"
    }
  }

  public var address: String {
    switch self {
    case .honeywellGrades:
      "http://buildingdesign.co.uk/elec-technical/honeywell-security-t1/access-control-compliance.htm"
    case .honeywellMPA1: "https://www.easymanua.ls/honeywell/mpa1/manual?p=117"
    case .sonitrol:
      "https://cloud.sonitrolcore.com/assets/help/en/SonitrolCORE_UserGuide/Content/Hardware/Certifications/ULCStandardsCompliance.htm"
    case .excerptIndication:
      "https://123doc.top/trich-doan/4944112-indication-and-annunciation-display-alert-logging-requirements.htm"
    case .excerptRecognition: "https://dnaop.com/html/61812_5.html"
    case .excerptProtection: "https://dnaop.com/html/61812_6.html"
    case .contents: "https://online.budstandart.com/ru/catalog/doc-page.html?id_doc=62939"
    }
  }
}
