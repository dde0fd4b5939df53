import DoorRules
import Testing

@testable import CloudProtocol

/// A team that mends one mistake a minute needs an hour for sixty: all are told at once (D2, E3).
@Suite("Everything that is wrong with a document is told at once, and nothing else (D2)")
struct ProblemSearchTests {
  private func problems<Value: Decodable>(_ type: Value.Type, _ json: String) -> [String] {
    do throws(ValidationFailure) {
      _ = try JSONCoding.decode(type, from: Array(json.utf8))
      return []
    } catch {
      return error.problems.map(\.description)
    }
  }

  private func configuration(_ door: String, _ facility: String = "") -> String {
    """
    {"revision":2,"facility":{"id":"f","name":"F","timeZone":"Europe/Berlin",
    "geofence":{"enabled":true,"center":{"lat":52.52,"lng":-13.4},"radiusMeters":50.5}\(facility)},
    "doors":[{"id":"front","name":"Front"\(door)}]}
    """
  }

  @Test("a number that does not fit is told alone: fractions that may be there are not blamed")
  func numbers() {
    #expect(
      problems(ConfigurationDocument.self, configuration(#","holdTimeSeconds":2.5"#))
        == ["doors[0].holdTimeSeconds: 2.5 does not fit, a whole number is expected"])
    #expect(
      problems(
        ConfigurationDocument.self,
        configuration(#","holdTimeSeconds":2.5,"personsRequired":1.5"#, #","leadMinutes":0.5"#)
      ).map { String($0.prefix { $0 != ":" }) }.sorted()
        == ["doors[0].holdTimeSeconds", "doors[0].personsRequired", "facility.leadMinutes"])
  }

  @Test("wrong types, missing members and values out of range stand in one answer")
  func types() {
    let json = """
      {"revision":"2","facility":{"id":"f","timeZone":"Europe/Berlin","leadMinutes":true},
      "doors":[{"id":"front","name":7,"holdTimeSeconds":99},{"name":"Back"}]}
      """
    #expect(
      problems(ConfigurationMessage.self, json).sorted() == [
        "doors[0].holdTimeSeconds: 99 is outside 1 to 30", "doors[0].name: is not a string",
        "doors[1].id: is missing", "facility.leadMinutes: is not a whole number",
        "facility.name: is missing", "revision: is not a whole number",
      ])
  }

  @Test("an unknown word is told with those that are known, and a number is called one")
  func words() {
    #expect(
      problems(Command.self, #"{"kind":"open","door":"front"}"#).first?
        .hasPrefix(#"kind: "open" is none of unlock, adminUnlock, answerBell"#) == true)
    #expect(
      problems(Command.self, #"{"kind":"mode","mode":"ajar"}"#)
        == [#"mode: "ajar" is none of off, force-open, force-closed, lockdown, end-lockdown"#])
    // It hides nothing that is wrong after it.
    #expect(
      problems(Command.self, #"{"kind":7,"mode":"ajar","door":true}"#).sorted() == [
        "door: is not a string", "kind: is not a string",
        "mode: \"ajar\" is none of off, force-open, force-closed, lockdown, end-lockdown",
      ])
    #expect(
      problems(
        Command.self,
        #"{"kind":"unlock","location":{"lat":"52.52","lng":true}}"#)
        == ["location.lat: is not a number", "location.lng: is not a number"])
  }

  @Test("of a document with endless mistakes it looks for 20, and it always ends")
  func bounded() {
    let doors = (0..<200).map { _ in #"{"id":7}"# }.joined(separator: ",")
    let many =
      #"{"revision":1,"facility":{"id":"f","name":"F","timeZone":"UTC"},"doors":[\#(doors)]}"#
    #expect(problems(ConfigurationDocument.self, many).count == ProblemSearch.problemsMax)
    let most = ProblemSearch.documentBytesMax
    for (bytes, count) in [(most, 2), (most + 1, 1)] {
      let json = #"{"kind":7,"door":true,"reason":""#
      let filler = String(repeating: "x", count: bytes - json.utf8.count - 2)
      #expect(problems(Command.self, json + filler + "\"}").count == count)
    }
    for json in ["", "7", "[]", "null", "{", #"{"revision":1e999}"#] {
      #expect(!problems(ConfigurationDocument.self, json).isEmpty, "\(json)")
    }
  }
}
