import CoreModels
import Deflate
import Testing

@Suite("What is deflated comes back, and never as more than was allowed")
struct DeflateTests {
  private static func bytes(_ count: Int, _ seed: UInt64) -> [UInt8] {
    var random = Xorshift(seed: seed)
    let alphabet = 1 + Int(random.next() % 256)
    return (0..<count).map { _ in UInt8(Int(random.next() >> 33) % alphabet) }
  }

  @Test("any bytes come back from either form", arguments: Deflate.Form.allCases)
  func comesBack(_ form: Deflate.Form) throws {
    for (seed, count) in [0, 1, 2, 100, 65_535, 65_536, 65_537, 300_000].enumerated() {
      for effort in Deflate.Effort.allCases {
        let plain = Self.bytes(count, UInt64(seed + 1))
        let deflated = try #require(Deflate.deflate(plain, as: form, effort: effort))
        #expect(try Deflate.inflate(deflated, as: form, bytesMax: count) == plain)
      }
    }
  }

  @Test(
    "at the limit it comes back, one byte past it it is refused", arguments: Deflate.Form.allCases)
  func limit(_ form: Deflate.Form) throws {
    for count in [1, 1_000, 65_536, 200_000] {
      let deflated = try #require(
        Deflate.deflate(Self.bytes(count, 7), as: form, effort: .usual))
      #expect(try Deflate.inflate(deflated, as: form, bytesMax: count).count == count)
      #expect(throws: Deflate.Fault.tooLarge(bytesMax: count - 1)) {
        try Deflate.inflate(deflated, as: form, bytesMax: count - 1)
      }
    }
  }

  @Test("a kilobyte that stands for a megabyte ends at the limit, whatever follows")
  func bomb() throws {
    let zeros = [UInt8](repeating: 0, count: 50_000_000)
    let bomb = try #require(Deflate.deflate(zeros, as: .bare, effort: .usual))
    #expect(bomb.count < 60_000)
    #expect(throws: Deflate.Fault.tooLarge(bytesMax: 1_048_576)) {
      try Deflate.inflate(bomb, as: .bare, bytesMax: 1_048_576)
    }
    #expect(throws: Deflate.Fault.tooLarge(bytesMax: 1_048_576)) {
      try Deflate.inflate(Array(bomb.prefix(10_000)) + [255, 255], as: .bare, bytesMax: 1_048_576)
    }
  }

  @Test("cut anywhere it is cut short, and a byte behind its end is one too many")
  func cut() throws {
    for form in Deflate.Form.allCases {
      let deflated = try #require(Deflate.deflate(Self.bytes(500, 3), as: form, effort: .usual))
      for count in 0..<deflated.count {
        #expect(throws: Deflate.Fault.cutShort) {
          try Deflate.inflate(Array(deflated.prefix(count)), as: form, bytesMax: 10_000)
        }
      }
      #expect(throws: Deflate.Fault.goesOn(bytes: 2)) {
        try Deflate.inflate(deflated + [0, 0], as: form, bytesMax: 10_000)
      }
    }
  }

  @Test("with its checksum no changed byte goes unseen; without it nothing worse happens")
  func changed() throws {
    let plain = Self.bytes(400, 5)
    for form in Deflate.Form.allCases {
      let deflated = try #require(Deflate.deflate(plain, as: form, effort: .usual))
      for place in deflated.indices {
        for bit in 0..<8 {
          var changed = deflated
          changed[place] ^= 1 << bit
          let read = try? Deflate.inflate(changed, as: form, bytesMax: 2_000)
          if form == .zlib { #expect(read == nil || read == plain, "byte \(place), bit \(bit)") }
        }
      }
    }
  }

  @Test(
    "what is not deflated is refused",
    arguments: ["", "{}", "\u{78}\u{01}", #"{"controller":"c"}"#, "x\u{1}plain"])
  func other(_ text: String) {
    for form in Deflate.Form.allCases {
      #expect(throws: Deflate.Fault.self) {
        try Deflate.inflate(Array(text.utf8), as: form, bytesMax: 1_000)
      }
    }
  }
}
