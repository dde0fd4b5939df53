import CoreModels
import DoorRules
import OSDPChannel
import OSDPCodec
import OSDPLine
import Testing

@Suite("A card with a public key over OSDP: the panel makes the challenge (A13)")
struct OSDPPublicKeyTests {
  private static let key: [UInt8] = [4] + (1...64).map { UInt8($0) }
  private static let signature = (101...164).map { UInt8($0) }
  private static let answer = message(key: key, signature: signature)

  /// A card's answer, with what is given of it.
  private static func message(key: [UInt8]? = nil, signature: [UInt8]? = nil) -> [UInt8] {
    var bytes: [UInt8] = []
    if let key { bytes += [0x5A, UInt8(key.count)] + key }
    if let signature { bytes += [0x9E, UInt8(signature.count)] + signature }
    return bytes
  }

  private static let incomplete: [[UInt8]] = [
    [], message(key: key), message(signature: signature),
    message(key: [2] + Array(key.dropFirst()), signature: signature),
    message(key: Array(key.dropLast()), signature: signature),
    message(key: key, signature: Array(signature.dropLast())),
    message(key: key) + answer, Array(answer.dropLast()),
  ]

  private func part(
    _ kind: PKOC.Kind, _ bytes: [UInt8], total: Int? = nil, offset: Int = 0
  ) -> OSDPReply {
    PKOCPart(kind: kind, total: total ?? bytes.count, offset: offset, bytes: bytes).reply
  }

  private func world() throws -> LineWorld {
    var world = LineWorld(key: try someKey())
    world.pass(milliseconds: 1_000)
    return world
  }

  /// What the reader was asked to have signed, in order.
  private func challenges(_ world: LineWorld) -> [[UInt8]] {
    world.readers[0].heard.compactMap { command in
      guard case .manufacturer(PKOC.vendor, let data) = command, data.first == 0xE1 else {
        return nil
      }
      return PKOC.fields(of: Array(data.dropFirst(9)))?[0x4C]
    }
  }

  private func proofs(_ world: LineWorld) -> [PKOCProof] {
    world.news.compactMap { if case .proof(let proof) = $0 { proof } else { nil } }
  }

  private func failures(_ world: LineWorld) -> [PKOCFailure] {
    world.news.compactMap { if case .notProved(let failure) = $0 { failure } else { nil } }
  }

  @Test("the request is as openpkoc writes it: version 1.0, the challenge, and a reader's name")
  func request() {
    let challenge = (0..<16).map { UInt8($0) }
    guard case .manufacturer(let vendor, let data) = PKOC.request(challenge: challenge) else {
      Issue.record("no manufacturer's command")
      return
    }
    #expect(vendor == [0x1A, 0x90, 0x21])
    #expect(Array(data.prefix(9)) == [0xE1, 58, 0, 0, 0, 58, 0, 0x00, 0x01])
    let fields = PKOC.fields(of: Array(data.dropFirst(9)))
    #expect(fields?[0x5C] == [1, 0] && fields?[0x4C] == challenge && fields?[0x4D]?.count == 32)
  }

  @Test("a card is asked to sign a fresh challenge, and its answer is told with that challenge")
  func answered() throws {
    var world = try world()
    world.readers[0].events = [part(.cardPresent, [0x5C, 2, 1, 0])]
    world.pass(milliseconds: 400)
    #expect(challenges(world).count == 1 && challenges(world)[0].count == 16)
    #expect(world.readers[0].heard.contains(.keepActive(milliseconds: 3_000)))
    world.readers[0].events = [part(.response, Self.answer)]
    world.pass(milliseconds: 400)
    let expected = PKOCProof(
      challenge: challenges(world)[0], publicKey: Self.key, signature: Self.signature)
    #expect(proofs(world) == [expected] && failures(world) == [])
    // The same answer again is one that nobody asked for.
    world.readers[0].events = [part(.response, Self.answer)]
    world.pass(milliseconds: 400)
    #expect(proofs(world).count == 1 && failures(world) == [.notAsked])
  }

  @Test("each card gets a challenge of its own")
  func fresh() throws {
    var world = try world()
    for _ in 0..<5 {
      world.readers[0].events = [part(.cardPresent, [])]
      world.pass(milliseconds: 400)
    }
    #expect(Set(challenges(world)).count == 5)
  }

  @Test("an answer may come in parts, in their order")
  func parts() throws {
    var world = try world()
    world.readers[0].events = [part(.cardPresent, [])]
    world.pass(milliseconds: 400)
    let total = Self.answer.count
    world.readers[0].events = stride(from: 0, to: total, by: 50).map { start in
      part(
        .response, Array(Self.answer[start..<min(start + 50, total)]), total: total, offset: start)
    }
    world.pass(milliseconds: 800)
    #expect(proofs(world).count == 1 && failures(world) == [])
  }

  @Test("what is no whole answer is none", arguments: incomplete)
  func unreadable(response: [UInt8]) throws {
    var world = try world()
    world.readers[0].events = [part(.cardPresent, [])]
    world.pass(milliseconds: 400)
    world.readers[0].events = [part(.response, response)]
    world.pass(milliseconds: 400)
    #expect(proofs(world) == [] && failures(world) == [.unreadable])
  }

  @Test("a part that is missing, doubled or of another length ends the card")
  func wrongParts() throws {
    for offsets in [[0, 100], [0, 0], [50]] {
      var world = try world()
      world.readers[0].events = [part(.cardPresent, [])]
      world.pass(milliseconds: 400)
      world.readers[0].events = offsets.map {
        part(.response, Array(Self.answer[$0..<($0 + 30)]), total: Self.answer.count, offset: $0)
      }
      world.pass(milliseconds: 600)
      #expect(failures(world).first == .unreadable && proofs(world) == [])
    }
  }

  @Test("an answer counts for three seconds, and not over a new channel")
  func late() throws {
    for (wait, restarts) in [(2_300, false), (3_100, false), (300, true)] {
      var world = try world()
      world.readers[0].events = [part(.cardPresent, [])]
      world.pass(milliseconds: 400)
      if restarts { world.readers[0].restart() }
      world.pass(milliseconds: wait)
      world.readers[0].events = [part(.response, Self.answer)]
      world.pass(milliseconds: 400)
      let isRight = wait == 2_300
      #expect(proofs(world).count == (isRight ? 1 : 0))
      #expect(failures(world) == (isRight ? [] : [.notAsked]))
    }
  }

  @Test("a reader's error ends the card; without one it is nothing, as are other makers' messages")
  func errors() throws {
    var world = try world()
    world.readers[0].events = [
      part(.readerError, [1, 0x6A, 0x82]),
      .manufacturer(vendor: [1, 2, 3], data: [0xE0, 0, 0, 0, 0, 0, 0]),
      .manufacturer(vendor: PKOC.vendor, data: [0x77]),
    ]
    world.pass(milliseconds: 600)
    #expect(challenges(world) == [] && failures(world) == [])
    world.readers[0].events = [part(.cardPresent, []), part(.readerError, [2])]
    world.pass(milliseconds: 600)
    #expect(failures(world) == [.readerError])
  }

  @Test("at the limit a message is read, one byte past it is none")
  func limit() {
    func data(_ total: Int) -> [UInt8] {
      [0xE2, UInt8(total & 0xFF), UInt8(total >> 8), 0, 0, 1, 0, 7]
    }
    #expect(PKOCPart(vendor: PKOC.vendor, data: data(PKOC.messageBytesMax)) != nil)
    #expect(PKOCPart(vendor: PKOC.vendor, data: data(PKOC.messageBytesMax + 1)) == nil)
  }

  @Test("a proof prints without its key")
  func printed() {
    let proof = PKOCProof(challenge: [1], publicKey: Self.key, signature: Self.signature)
    #expect("\(proof)" == "a card with a public key")
    #expect(String(reflecting: proof) == "\(proof)")
  }
}
