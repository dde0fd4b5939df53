public import DoorRules

/// A question: would this credential open that door then?
public struct ExplainRequest: Sendable, Hashable, Codable {
  public var door: String
  /// One of the three is needed.
  public var person: String?
  public var credential: String?
  /// `FORMAT:FACILITY:NUMBER`; the facility is `-` where the format has none, and `:iISSUE` may follow.
  public var card: String?
  /// Milliseconds since 1970; now when absent.
  public var atMilliseconds: Int64?
  /// `YYYY-MM-DDTHH:MM` on the facility's clock, instead of the above.
  public var atLocal: String?
  /// The reader that it is shown at, for a way out or an area; none when absent. A phone needs none.
  public var reader: String?
  /// `card`, `pin`, `cardThenPIN` or `mobile`; `card` when absent.
  public var presentation: String?
  public var location: Location?
  /// Who asks; needed for a card.
  public var by: String?

  public struct Location: Sendable, Hashable, Codable {
    public var lat: Double
    public var lng: Double
    public var accuracyMeters: Double?

    public init(lat: Double, lng: Double, accuracyMeters: Double? = nil) {
      self.lat = lat
      self.lng = lng
      self.accuracyMeters = accuracyMeters
    }
  }

  public init(
    door: String, person: String? = nil, credential: String? = nil, card: String? = nil,
    atMilliseconds: Int64? = nil, atLocal: String? = nil, reader: String? = nil,
    presentation: String? = nil, location: Location? = nil, by: String? = nil
  ) {
    self.door = door
    self.person = person
    self.credential = credential
    self.card = card
    self.atMilliseconds = atMilliseconds
    self.atLocal = atLocal
    self.reader = reader
    self.presentation = presentation
    self.location = location
    self.by = by
  }
}

/// A decision with its steps, for people and programs.
public struct Explanation: Sendable, Hashable, Codable {
  public struct Step: Sendable, Hashable, Codable {
    /// The rule, by its file's name.
    public var rule: String
    public var passed: Bool
    /// The values compared.
    public var detail: String
    /// Where the effective value came from; absent when it is the credential's or person's own.
    public var source: String?
  }

  /// `grant` or `deny`.
  public var decision: String
  /// Of a denial.
  public var reason: String?
  /// Of a grant: `rules`, `grant`, `credential`, `leaving` or `override`.
  public var via: String?
  public var person: String?
  public var credential: String?
  public var policyRevision: UInt64
  /// The facility's clock at the moment that was asked about.
  public var at: String?
  public var explanation: [Step]
  /// Of a denial: what the member sees.
  public var memberText: String?
  /// Of a denial: what a technician or operator should do.
  public var advice: String?

  public init(_ verdict: Verdict, at: String? = nil) {
    switch verdict.decision {
    case .grant(let path):
      decision = "grant"
      via = path.rawValue
    case .deny(let denial):
      decision = "deny"
      reason = denial.rawValue
      memberText = denial.memberText
      advice = denial.advice
    }
    person = verdict.person?.rawValue
    credential = verdict.credential?.rawValue
    policyRevision = verdict.policyRevision
    self.at = at
    explanation = verdict.steps.map {
      Step(rule: $0.rule, passed: $0.passed, detail: $0.detail, source: $0.source)
    }
  }
}
