import CloudProtocol
import DoorRules
import Testing

@Suite("Partial configurations (D2)")
struct MessagesPatchTests {
  private func value(_ text: String) throws -> JSONValue {
    try JSONCoding.decode(JSONValue.self, from: Array(text.utf8))
  }

  @Test(
    "D2: any number is the same when it is written and read again",
    arguments: ["77000000000000000.673", "1e3", "-0.0", "0.5", "1e300", "9223372036854775807"])
  func numbers(_ text: String) throws {
    // The first was found by the fuzzer: it has a fraction in its text, and none in 64 bits.
    let read = try value(text)
    #expect(try value(String(decoding: JSONCoding.encode(read), as: UTF8.self)) == read)
  }

  /// https://www.rfc-editor.org/rfc/rfc7396#appendix-A
  @Test(
    "a merge patch does what the examples of RFC 7396 say",
    arguments: [
      (#"{"a":"b"}"#, #"{"a":"c"}"#, #"{"a":"c"}"#),
      (#"{"a":"b"}"#, #"{"b":"c"}"#, #"{"a":"b","b":"c"}"#),
      (#"{"a":"b"}"#, #"{"a":null}"#, #"{}"#),
      (#"{"a":"b","b":"c"}"#, #"{"a":null}"#, #"{"b":"c"}"#),
      (#"{"a":["b"]}"#, #"{"a":"c"}"#, #"{"a":"c"}"#),
      (#"{"a":"c"}"#, #"{"a":["b"]}"#, #"{"a":["b"]}"#),
      (#"{"a":{"b":"c"}}"#, #"{"a":{"b":"d","c":null}}"#, #"{"a":{"b":"d"}}"#),
      (#"{"a":[{"b":"c"}]}"#, #"{"a":[1]}"#, #"{"a":[1]}"#),
      (#"["a","b"]"#, #"["c","d"]"#, #"["c","d"]"#),
      (#"{"a":"b"}"#, #"["c"]"#, #"["c"]"#),
      (#"{"a":"foo"}"#, "null", "null"),
      (#"{"a":"foo"}"#, #""bar""#, #""bar""#),
      (#"{"e":null}"#, #"{"a":1}"#, #"{"e":null,"a":1}"#),
      (#"[1,2]"#, #"{"a":"b","c":null}"#, #"{"a":"b"}"#),
      (#"{}"#, #"{"a":{"bb":{"ccc":null}}}"#, #"{"a":{"bb":{}}}"#),
    ])
  func rfc7396(_ original: String, _ patch: String, _ result: String) throws {
    #expect(try value(original).merging(try value(patch)) == (try value(result)))
  }

  @Test("a patch on another revision, going back, or of a wrong shape is refused by path")
  func refused() throws {
    let present = StoreFixture.configuration(4)
    func path(_ patch: ConfigurationPatch, to document: ConfigurationDocument?) -> String? {
      do {
        _ = try patch.applied(to: document)
        return nil
      } catch { return error.problems.first?.path }
    }
    let name = try value(#"{"facility":{"name":"New"}}"#)
    let good = ConfigurationPatch(baseRevision: 4, revision: 5, patch: name)
    #expect(path(good, to: present) == nil)
    #expect(try good.applied(to: present).facility.name == "New")
    #expect(try good.applied(to: present).revision == 5)
    #expect(try good.applied(to: present).doors == present.doors)
    #expect(path(good, to: nil) == "baseRevision")
    #expect(path(good, to: StoreFixture.configuration(3)) == "baseRevision")
    #expect(
      path(ConfigurationPatch(baseRevision: 4, revision: 4, patch: name), to: present) == "revision"
    )
    #expect(
      path(ConfigurationPatch(baseRevision: 4, revision: 5, patch: .whole(3)), to: present)
        == "patch")
    let gone = ConfigurationPatch(
      baseRevision: 4, revision: 5, patch: try value(#"{"facility":{"name":null}}"#))
    #expect(path(gone, to: present) == "facility.name")
  }
}
