import CoreModels
import Foundation
import Testing

@testable import CloudProtocol

@Suite("JSON that two readers may read differently is found before anything is decoded (D2, D4)")
struct JSONScanTests {
  private func faults(_ json: String) -> JSONFaults { JSONFaults(in: Array(json.utf8)) }
  private func repeated(_ json: String) -> [String] { faults(json).repeated.map(\.path) }

  @Test("a member that an object has twice is told by its path; one of another object is none")
  func paths() {
    #expect(repeated(#"{"a":1,"b":{"a":1},"c":[{"a":1},{"a":2}],"d":"{\"a\":1,\"a\":2}"}"#) == [])
    #expect(repeated(#" { "a" : 1 , "a" : 2 } "#) == ["a"])
    #expect(
      repeated(#"{"a":[[],{"b":{"c":null,"d":-1.5e3,"c":"x"}}],"a":true,"e":{"a":{},"a":[]}}"#)
        == ["a[1].b.c", "a", "e.a"])
    #expect(repeated(#"[{"a":1,"a":2,"a":3}]"#) == ["[0].a", "[0].a"])
  }

  @Test(
    "names are the same whatever escapes they are written with, and as a decoder compares text",
    arguments: [
      (#""doors""#, #""\u0064oors""#), (#""doors""#, #""d\u006F\u006fr\u0073""#),
      (#""a\/b""#, #""a/b""#), (#""\n\t\b\f\r""#, #""\u000a\u0009\u0008\u000C\u000d""#),
      (#""\\\"""#, #""\u005c\u0022""#), (#""\ud83d\ude00""#, "\"😀\""),
      ("\"é\"", "\"e\u{301}\""), (#""\u00e9""#, #""e\u0301""#), (#""\u212a""#, #""K""#),
      (#""""#, #""""#),
    ])
  func names(_ first: String, _ second: String) {
    #expect(repeated("{\(first):1,\(second):2}").count == 1)
    #expect(repeated("{\(second):1,\(first):2}").count == 1)
    #expect(repeated("{\(first):1,\"x\":\(second)}") == [])
  }

  @Test("among many names too, and each only in its own object")
  func crowd() {
    let many = (0..<200).map { "\"n\($0)\":{\"n\($0)\":1}" }.joined(separator: ",")
    #expect(repeated("{\(many)}") == [])
    #expect(repeated("{\(many),\"n0\":1}") == ["n0"])
    #expect(repeated("{\(many),\"n\\u0031\\u00399\":1,\"o\":1}") == ["n199"])
    #expect(repeated("[{\(many)},{\(many)}]") == [])
  }

  @Test("20 repeated members are told, of one more nothing; a scan of a megabyte of them ends soon")
  func told() {
    func many(_ count: Int) -> String {
      "{\"a\":0" + String(repeating: ",\"a\":0", count: count) + "}"
    }
    #expect(repeated(many(JSONScan.repeatedMax)).count == 20)
    #expect(repeated(many(JSONScan.repeatedMax + 1)).count == 20)
    #expect(repeated(many(150_000)).count == 20)
    let different = "{" + (0..<80_000).map { "\"\($0)\":0" }.joined(separator: ",") + "}"
    #expect(repeated(different) == [])
  }

  @Test("16 levels are read; a deeper one is told by its place, and the rest is still looked at")
  func depth() {
    func nested(_ depth: Int) -> String {
      String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
    }
    #expect(faults(nested(JSONScan.depthMax)).unfit == nil)
    #expect(faults(nested(17)).unfit?.message == "is nested deeper than 16 levels")
    let deep = #"{"a":{"b":[{}]},"deep":"# + nested(100_000) + #","a":1}"#
    #expect(faults(deep).unfit?.path == "deep" + String(repeating: "[0]", count: 15))
    #expect(repeated(deep) == ["a"])
    #expect(faults(#"["\"[[[[[[[[[[[[[[[[[[[[[[[[",{}]"#).unfit == nil)
    #expect(
      faults("[" + Array(repeating: "[]", count: 100).joined(separator: ",") + "]").unfit == nil)
  }

  @Test(
    "text that is no JSON in UTF-8 is told with its place, also where a decoder would read it",
    arguments: [
      ("", "line 1, byte 1"), ("{", "line 1, byte 2"), ("{\"a\"}", "line 1, byte 5"),
      ("{\"a\":1,}", "line 1, byte 8"), ("[1,]", "line 1, byte 4"), ("[1}", "line 1, byte 3"),
      ("[1\n 2]", "line 2, byte 2"), ("{\"a\":1}x", "line 1, byte 8"), ("\"a", "line 1, byte 3"),
      ("\u{FEFF}{}", "line 1, byte 1"), ("{a:1}", "line 1, byte 2"), ("'a'", "line 1, byte 1"),
    ])
  func unreadable(_ json: String, _ place: String) {
    #expect(faults(json).unfit?.message.contains(place) == true, "\(faults(json))")
  }

  @Test(
    "a number, a word or a text that is none is told by its path and its place; the rest is read on",
    arguments: [
      "00005", "01", "-", "-01", "1.", ".5", "+5", "1e", "1e+", "0x5", "5.",
      "NaN",
      "Infinity", "True", "nul", "truee", "\"a\tb\"", #""\ud800""#, #""\udc00""#,
      #""\ud800\u0041""#,
      #""\x""#, #""\u00g0""#,
    ])
  func values(_ value: String) {
    let found = faults("{\"a\":{\"b\":[1,\n" + value + "]},\"c\":1,\"c\":2}")
    #expect(found.unfit?.path == "a.b[1]", "\(found)")
    #expect(found.unfit?.message.contains("line 2, byte ") == true, "\(found)")
    #expect(found.repeated.map(\.path) == ["c"])
    #expect(throws: ValidationFailure.self) {
      _ = try JSONCoding.decode(JSONValue.self, from: Array("[\(value)]".utf8))
    }
  }

  @Test(
    "what a decoder reads is no fault",
    arguments: [
      "0", "-0", "10", "1.0", "0.5", "1e0", "1E+1", "-1.5e-3", "1e308", "true", "false",
      "null", #""\ud83d\ude00""#, #""\"\\\/\b\f\n\r\t\u0000""#, "\"\u{7F}é😀\"",
    ])
  func goodValues(_ value: String) throws {
    #expect(faults("[\(value)]").unfit == nil)
    _ = try JSONCoding.decode(JSONValue.self, from: Array("[\(value)]".utf8))
  }

  @Test("a message in UTF-16, which a decoder also reads, is refused: no other reader sees it")
  func encodings() throws {
    let json = #"{"rescan":true,"rescan":false}"#
    for bytes in [
      json.utf8.flatMap { byte -> [UInt8] in [byte, 0] },
      json.utf8.flatMap { byte -> [UInt8] in [0, byte] },
      [0xEF, 0xBB, 0xBF] + Array(#"{"rescan":true}"#.utf8),
    ] {
      _ = try? JSONDecoder().decode(DigestRequest.self, from: Data(bytes))
      let failure = #expect(throws: ValidationFailure.self) {
        _ = try JSONCoding.decode(DigestRequest.self, from: bytes)
      }
      #expect(failure?.problems.first?.message.hasPrefix("is no JSON in UTF-8") == true)
    }
  }

  @Test("for any JSON it finds what a slow reader finds, and nothing that a decoder reads is unfit")
  func model() throws {
    var random = Xorshift(seed: 11)
    for round in 0..<2_000 {
      var twice: [String] = []
      let json = Self.random(&random, depth: 0, path: "", &twice)
      let found = faults(json)
      #expect(found.unfit == nil && found.repeated.map(\.path) == twice, "\(round): \(json)")
      // The same with bytes that are changed.
      var broken = Array(json.utf8)
      for _ in 0..<2 where !broken.isEmpty {
        broken[random.number(0...broken.count - 1)] = UInt8(random.number(1...126))
      }
      let isRead =
        (try? JSONSerialization.jsonObject(
          with: Data(broken), options: .fragmentsAllowed)) != nil
      if isRead {
        #expect(
          JSONFaults(in: broken).unfit == nil, "\(String(decoding: broken, as: UTF8.self))")
      }
    }
  }

  /// Any JSON; `twice` gets the paths of repeated members in their order.
  private static func random(
    _ random: inout Xorshift, depth: Int, path: String, _ twice: inout [String]
  ) -> String {
    let space = ["", " ", "\n\t"][random.number(0...2)]
    switch random.number(0...(depth < 5 ? 9 : 5)) {
    case 0: return space + "\(random.number(-50...50))"
    case 1: return space + "-0.5E+3"
    case 2: return ["true", "false", "null"][random.number(0...2)] + space
    case 3, 4: return #""x\"{[\\""#
    case 5: return "\"\"" + space
    case 6, 7:
      let items = (0..<random.number(0...3)).map {
        Self.random(&random, depth: depth + 1, path: "\(path)[\($0)]", &twice)
      }
      return "[" + space + items.joined(separator: ",") + "]"
    default:
      var names: Set<String> = []
      let members = (0..<random.number(0...30) / 4).map { _ in
        let name = ["a", "b", "cd", "é", "f/g", "1"][random.number(0...5)]
        let place = path.isEmpty ? name : "\(path).\(name)"
        if !names.insert(name).inserted { twice.append(place) }
        let written = random.chance(1, in: 3) ? escaped(name) : name
        return space + "\"\(written)\"" + space + ":"
          + Self.random(&random, depth: depth + 1, path: place, &twice)
      }
      return "{" + members.joined(separator: ",") + "}"
    }
  }

  private static func escaped(_ name: String) -> String {
    name.utf16.map { unit in
      let digits = String(unit, radix: 16)
      return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
    }.joined()
  }
}
