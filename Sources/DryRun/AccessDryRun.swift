import ArgumentParser
import CloudProtocol
import ConsoleProtocol
import DoorRules
import Foundation

struct AccessDryRun: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "access",
    abstract: "Decide who may enter where, when and how under your own policy, with the reasons.",
    discussion: #"""
      The policy is {"configuration":…,"persons":[…],"credentials":[…]}, as pushed
      by a cloud; credentials need no digest.

      In:  {"id":1,"door":"front","person":"ada","at":1795176000,
            "presentation":"card"}
           optional: "credential" in place of "person";
           "reader", such as one that leads out;
           "location":{"lat","lng","accuracyMeters"};
           "clockTrust":"synchronised|holdover|doubtful|unknown";
           "mode":"lockdown" and other modes; "cacheAgeSeconds";
           "inside":{"hall":49}, people in an area (0 where it is left out);
           "plans":["lockdown"], those in force; "override":{"by","reason"}.
      Out: {"id":1,"decision":"deny","reason":"outsideHours","via":null,
            "explanation":[…]}

      Each on one line. "presentation" is card, pin, cardThenPIN or mobile. A
      person is judged by their credentials of that kind; without one, as a member
      who has no credential.
      """#)

  @Option(help: "The facility with its people, as JSON.") var policy: String

  func run() throws {
    let file = try PolicyFile(contentsOf: policy)
    try LineRun.run { Answerer(file: file) }
  }

  struct Question: LineQuestion {
    struct Override: Decodable {
      var by: String?
      var reason: String?
    }

    var id: LineID?
    var door: String
    var person: String?
    var credential: String?
    /// Seconds since 1970.
    var at: Double
    var reader: String?
    var presentation: String
    var location: LocationDocument?
    var clockTrust: String?
    var mode: String?
    var cacheAgeSeconds: Int64?
    /// How many are inside of which area.
    var inside: [String: Int]?
    /// The plans in force.
    var plans: [String]?
    var override: Override?
  }

  struct Answerer: LineAnswerer {
    let file: PolicyFile

    func answer(_ question: Question) throws(DryRunError) -> Explanation {
      guard let door = DoorID(question.door) else {
        throw DryRunError("door: must be \(DoorID.grammar)")
      }
      guard question.at.magnitude <= Double(EnvelopeLimits.timeSecondsMax) else {
        throw DryRunError("at: must be seconds since 1970")
      }
      let reader = try reader(question.reader)
      let shown = try PresentationWord(question.presentation, location: question.location)
      let request = AccessRequest(
        door: door, presentation: shown.presentation, holders: try holders(question, shown),
        at: WallInstant(secondsSince1970: Int64(question.at.rounded(.down))),
        clockTrust: try choice(question.clockTrust, "clockTrust") ?? .synchronised,
        cacheAgeSeconds: max(question.cacheAgeSeconds ?? 0, 0),
        mode: try choice(question.mode, "mode") ?? .normal,
        override: question.override.map {
          AdminOverride(by: $0.by ?? "", reason: $0.reason ?? "")
        },
        reader: reader, doorReaders: reader.map { [$0] } ?? [],
        areaCounts: try areaCounts(question.inside ?? [:]),
        plans: try plans(question))
      return Explanation(decide(request, under: file.policy, explaining: true))
    }

    private func reader(_ text: String?) throws(DryRunError) -> ReaderID? {
      guard let text else { return nil }
      guard let id = ReaderID(text) else {
        throw DryRunError("reader: must be \(ReaderID.grammar)")
      }
      return id
    }

    private func plans(_ question: Question) throws(DryRunError) -> [PlanEntry] {
      var entries: [PlanEntry] = []
      for name in question.plans ?? [] {
        guard let id = PlanID(name), file.policy.plan(id) != nil else {
          let known = file.policy.plans.map(\.id.rawValue).joined(separator: ", ")
          throw DryRunError(
            "plans: the policy has no plan \(name); it has: \(known.isEmpty ? "none" : known)")
        }
        entries.append(
          PlanEntry(
            plan: id, by: "dry run", reason: "",
            since: WallInstant(secondsSince1970: Int64(question.at.rounded(.down)))))
      }
      return file.policy.ranked(entries)
    }

    private func areaCounts(_ inside: [String: Int]) throws(DryRunError) -> AreaCounts {
      let areas = file.policy.countingAreas.map(\.id)
      var counts = AreaCounts(inside: Dictionary(uniqueKeysWithValues: areas.map { ($0, 0) }))
      for (name, count) in inside {
        guard let area = AreaID(name), areas.contains(area) else {
          throw DryRunError("inside: the policy has no area \(name) that counts")
        }
        counts.inside[area] = max(count, 0)
      }
      return counts
    }

    private func holders(
      _ question: Question, _ shown: PresentationWord
    ) throws(DryRunError) -> [CredentialHolder] {
      if let text = question.credential {
        guard let id = CredentialID(text) else {
          throw DryRunError("credential: must be \(CredentialID.grammar)")
        }
        return file.credentials[id].map { [$0] } ?? []
      }
      guard let text = question.person else {
        if question.override != nil { return [] }
        throw DryRunError("person or credential: one of them is needed")
      }
      guard let id = PersonID(text) else {
        throw DryRunError("person: must be \(PersonID.grammar)")
      }
      guard let person = file.persons[id] else { return [.nobody(id)] }
      let usable = (file.credentialsOfPerson[id] ?? []).filter {
        $0.credential.map { $0.kind == shown.kind } ?? false
      }
      return usable.isEmpty ? [CredentialHolder(credential: nil, person: person)] : usable
    }

    private func choice<Value: RawRepresentable & CaseIterable>(
      _ text: String?, _ name: String
    ) throws(DryRunError) -> Value? where Value.RawValue == String {
      guard let text else { return nil }
      guard let value = Value(rawValue: text) else {
        let names = Value.allCases.map(\.rawValue).joined(separator: ", ")
        throw DryRunError("\(name): is none of \(names)")
      }
      return value
    }
  }
}

extension Explanation: LineAnswer {
  func write(to json: inout JSONText) {
    json.member("decision", decision)
    json.nullable("reason", reason)
    json.nullable("via", via)
    json.name("explanation")
    json.array(explanation) { json, step in
      json.object { json in
        json.member("rule", step.rule)
        json.member("passed", step.passed)
        json.member("detail", step.detail)
        json.nullable("source", step.source)
      }
    }
  }
}
