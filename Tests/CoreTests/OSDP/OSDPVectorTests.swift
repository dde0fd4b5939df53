import CoreModels
import OSDPChannel
import OSDPCodec
import Testing

/// The start of a line's recording that is public: `sc-monitor-current.osdpcap` of the project
/// OSDP-Embedded, made with the Security Industry Association's own test program. A reader without a key
/// gets one, and is asked under it.
enum RecordedLine {
  static let beforeKey = [
    "53 00 13 00 0d 03 11 00 76 cd cd 92 12 12 d3 ee 6a 8c 8b",
    "53 80 2b 00 0d 03 12 00 76 0a 00 17 03 00 ca fe de 61 62 63 64 65 66 67 68 4b 7e 2f 98 ad 79 bd 96 81 19 a8 d1 d3 db da ee 8e fd",
    "53 00 1b 00 0e 03 13 00 77 a2 30 f5 d3 3b 25 f4 34 34 92 9a b2 08 de 90 a7 41 03",
    "53 80 1b 00 0e 03 14 01 78 d8 f5 43 e2 07 ac 5d 2e 30 be 9f ac 3a a0 4b ea 95 85",
    "53 00 2e 00 0f 02 17 75 ea 64 e3 51 74 e3 09 d6 6a d2 80 73 54 cd de 65 9e b5 22 6f 32 56 63 90 91 5e d7 79 87 bf 51 7c 41 25 ec 77 64 96",
    "53 80 0e 00 0f 02 16 40 b1 89 2d fe 52 95",
  ].map(hex)

  static let afterKey = [
    "53 00 13 00 0d 03 11 01 76 63 6e 34 78 f7 08 5c 57 5c e0",
    "53 80 2b 00 0d 03 12 01 76 0a 00 17 03 00 ca fe de 61 62 63 64 65 66 67 68 59 7b 84 67 ad 2b 55 72 96 e1 23 4e 37 9d c3 11 2f 55",
    "53 00 1b 00 0e 03 13 01 77 db d8 cb 35 c8 11 88 cb dc f5 60 52 1e c8 44 69 35 64",
    "53 80 1b 00 0e 03 14 01 78 b1 e1 99 8a 99 22 92 28 c5 b1 1a 3d 39 22 cc 8d 65 f1",
    "53 00 1e 00 0f 02 17 62 4c bd ac e6 60 da 28 f9 08 0d 31 67 04 be 7a e0 3a e5 5c 71 97 fc",
    "53 80 3e 00 0f 02 18 46 d9 8f 68 df 2d 3b 69 a8 d0 e0 d7 ec 43 d9 b3 2e 2a be d1 f5 77 34 c4 ba a3 17 0b 80 63 90 35 88 c4 b2 bf 14 a7 20 36 1c 56 a2 ff 97 a6 f6 c7 a4 38 56 37 7d aa 32",
    "53 00 1e 00 0d 02 17 69 02 45 f0 90 72 01 28 b1 d0 0b fe 54 c7 a9 ef 58 1e da e7 70 59 d2",
    "53 80 0e 00 0d 02 16 40 d6 6d 22 2c fb 95",
    "53 00 3e 00 0e 02 17 6b 0e 1a d8 d9 f7 f7 b7 3e 7b 59 0c f3 b5 fa 65 1d 6a e3 df 83 c7 14 86 d8 ae 48 8e 73 09 d8 a2 1b d1 74 4d 9f 87 8a 3f 85 8a cb 7c ab a8 1c 29 de 36 fc 2f 80 fc bd",
    "53 80 0e 00 0e 02 16 40 ca 21 17 1b 03 dd",
    "53 00 1e 00 0f 02 17 64 7c ba 29 1c 20 39 20 b5 4c 9e ed 44 62 36 3c e8 c5 c8 98 8f 1e ef",
    "53 80 1e 00 0f 02 18 48 db 34 e7 e8 1c 61 f1 2f f4 5f cb 76 02 f6 de 2f 1a 52 32 df 33 d4",
    "53 00 1e 00 0d 02 17 67 6b 5d 29 0a 89 9f 39 d3 70 3c f8 54 f2 10 7d 17 6b c0 27 9c 59 41",
    "53 80 1e 00 0d 02 18 4b f2 44 42 0c 17 89 36 17 8c bc 2a 26 e3 6d 2d 0d f7 0b 4c 76 0e 32",
    "53 00 1e 00 0e 02 17 7b 75 cb fe 2a 39 51 c6 16 60 54 15 38 e3 4a 8f dd 47 f6 e1 97 b8 df",
    "53 80 0e 00 0e 02 16 40 58 03 38 f6 09 24",
    "53 00 0e 00 0f 02 15 60 98 10 8d 64 b0 c7",
    "53 80 0e 00 0f 02 16 40 b3 92 15 54 34 53",
  ].map(hex)
}

@Suite("A recorded line of other makers' programs is understood, MAC by MAC (A13)")
struct OSDPVectorTests {
  private let cipher = SlowAES()

  @Test("the cipher that tests use is AES, by the examples of FIPS 197 and SP 800-38A")
  func cipherIsAES() {
    let examples = [
      (
        "00 01 02 03 04 05 06 07 08 09 0a 0b 0c 0d 0e 0f",
        "00 11 22 33 44 55 66 77 88 99 aa bb cc dd ee ff",
        "69 c4 e0 d8 6a 7b 04 30 d8 cd b7 80 70 b4 c5 5a"
      ),
      (
        "2b 7e 15 16 28 ae d2 a6 ab f7 15 88 09 cf 4f 3c",
        "6b c1 be e2 2e 40 9f 96 e9 3d 7e 11 73 93 17 2a",
        "3a d7 7b b4 0d 7a 36 60 a8 9e ca f3 24 66 ef 97"
      ),
    ]
    for (key, plain, sealed) in examples {
      #expect(cipher.encrypt(hex(plain), key: hex(key)) == hex(sealed))
      #expect(cipher.decrypt(hex(sealed), key: hex(key)) == hex(plain))
    }
  }

  /// Both ends follow the recording; the commands and replies in it, in the clear.
  private func follow(
    _ packets: [[UInt8]], key: ReaderKey
  ) throws -> [(command: OSDPCommand, reply: OSDPReply)] {
    let frames = try packets.map { try OSDPFrame(parsing: $0) }
    #expect(frames.map(\.bytes) == packets)
    var panel = PanelHandshake(key: key, random: frames[0].data, cipher: cipher)
    var reader = ReaderHandshake(key: key, cipher: cipher)
    #expect(panel.challenge(to: 0, sequence: frames[0].sequence).bytes == packets[0])
    let answer = reader.answer(
      frames[0], client: Array(frames[1].data[..<8]), random: Array(frames[1].data[8..<16]))
    #expect(answer?.bytes == packets[1])
    let cryptogram = try panel.answer(frames[1], sequence: frames[2].sequence)
    #expect(cryptogram.bytes == packets[2])
    let finished = try #require(reader.finish(frames[2]))
    #expect(finished.reply.bytes == packets[3])
    var theirs = try #require(finished.channel)
    var mine = try panel.finish(frames[3])
    return try stride(from: 4, to: frames.count, by: 2).map { place in
      let (command, reply) = (frames[place], frames[place + 1])
      let asked = try theirs.open(command)
      let sent = mine.seal(
        command.code, data: asked, address: 0, sequence: command.sequence,
        sealsNothing: command.security?.step == .sealedCommand)
      #expect(sent.bytes == packets[place])
      let answered = try mine.open(reply)
      let said = theirs.seal(reply.code, data: answered, address: 0, sequence: reply.sequence)
      #expect(said.bytes == packets[place + 1])
      return (
        try #require(OSDPCommand(code: command.code, data: asked)),
        try #require(OSDPReply(code: reply.code, data: answered))
      )
    }
  }

  @Test(
    "the handshake under the key of an unpaired reader, the new key, and what is asked under it")
  func recording() throws {
    let before = try follow(RecordedLine.beforeKey, key: .ofUnpaired)
    guard case .key(let bytes)? = before.first?.command else {
      Issue.record("no key was set")
      return
    }
    #expect(before.first?.reply == .acknowledged)
    let after = try follow(RecordedLine.afterKey, key: try ReaderKey(bytes))
    #expect(
      after.map(\.command.code) == [0x62, 0x69, 0x6B, 0x64, 0x67, 0x7B, 0x60])
    #expect(after[3].reply == .localStatus(isTampered: false, hasPowerFailure: true))
    #expect(after[6].reply == .acknowledged)
  }
}
