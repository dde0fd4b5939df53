import CoreModels
import OSDPCodec
import Testing

/// Bytes written in hexadecimal.
func hex(_ text: String) -> [UInt8] {
  text.split(separator: " ").flatMap { word in
    stride(from: 0, to: word.count, by: 2).compactMap {
      UInt8(word.dropFirst($0).prefix(2), radix: 16)
    }
  }
}

@Suite("Packets of OSDP are read and written as others write them (A13)")
struct OSDPCodecTests {
  @Test(
    "packets that several public programs agree on have these bytes",
    arguments: [
      ("53 65 08 00 04 60 60 90", UInt8(0x65), OSDPCommand.poll),
      ("53 65 09 00 05 61 00 e9 4d", 0x65, .identify),
      ("53 00 09 00 04 61 00 c0 66", 0, .identify),
    ])
  func known(text: String, address: UInt8, command: OSDPCommand) throws {
    let frame = try OSDPFrame(parsing: hex(text))
    #expect(frame.address == address && !frame.isReply && frame.usesCRC && frame.security == nil)
    #expect(OSDPCommand(code: frame.code, data: frame.data) == command)
    #expect(frame.bytes == hex(text))
  }

  @Test("a checksum makes the sum of the packet zero")
  func checksum() throws {
    let frame = OSDPFrame(address: 0, isReply: false, sequence: 0, usesCRC: false, code: 0x60)
    #expect(frame.bytes == hex("53 00 07 00 00 60 46"))
    #expect(frame.bytes.reduce(0) { $0 &+ $1 } == 0)
    #expect(try OSDPFrame(parsing: frame.bytes) == frame)
  }

  @Test(
    "bytes that are no packet are refused with the reason",
    arguments: [
      ("53 00 08 00 04 60", OSDPFrameFault.tooShort),
      ("53 00 09 00 04 60 00 00", .length),
      ("54 00 08 00 04 60 00 00", .length),
      ("53 65 08 00 04 60 60 91", .check),
      ("53 01 08 00 42 01 61 00", .control),
      ("53 65 08 00 05 60 60 90", .check),
    ])
  func refused(text: String, fault: OSDPFrameFault) {
    #expect(throws: fault) { try OSDPFrame(parsing: hex(text)) }
  }

  @Test("a security block of an unknown step, or longer than its packet, is refused")
  func securityBlock() {
    for block in [[2, 0x19], [0, 0x15], [1, 0x15], [40, 0x15]] as [[UInt8]] {
      var bytes: [UInt8] = [0x53, 1, UInt8(10 + block.count - 2), 0, 0x0C] + block + [0x60]
      let crc = OSDPCheck.crc(bytes)
      bytes += [UInt8(crc & 0xFF), UInt8(crc >> 8)]
      #expect(throws: OSDPFrameFault.securityBlock) { try OSDPFrame(parsing: bytes) }
    }
  }

  @Test("a packet with a MAC has room for code and MAC, or is too short")
  func noRoomForMAC() {
    var bytes: [UInt8] = [0x53, 1, 13, 0, 0x0C, 2, 0x15, 0x60, 0, 0, 0]
    let crc = OSDPCheck.crc(bytes)
    bytes += [UInt8(crc & 0xFF), UInt8(crc >> 8)]
    #expect(throws: OSDPFrameFault.tooShort) { try OSDPFrame(parsing: bytes) }
  }

  static let commands: [OSDPCommand] = [
    .poll, .identify, .capabilities, .localStatus, .inputStatus, .outputStatus, .readerStatus,
    .output([
      OSDPOutput(number: 1, action: .onFor, tenths: 300), OSDPOutput(number: 2, action: .leave),
    ]),
    .lamp([OSDPLamp(permanent: .steady(.green))]),
    .lamp([
      OSDPLamp(
        reader: 1, lamp: 2,
        temporary: .set(
          .init(onTenths: 1, offTenths: 2, onColor: .red, offColor: .amber), tenths: 513),
        permanent: nil)
    ]),
    .lamp([OSDPLamp(temporary: .cancel, permanent: .steady(.white))]),
    .buzzer(OSDPBuzzer(isOn: true, onTenths: 2, offTenths: 3, count: 4)),
    .buzzer(OSDPBuzzer(isOn: false)),
    .text(OSDPText("Hello", seconds: 5)), .text(OSDPText("")),
    .line(address: 126, baud: 230_400), .key(Array(1...16)), .challenge(Array(1...8)),
    .cryptogram(Array(1...16)), .receiveSize(1_440), .keepActive(milliseconds: 5_000),
    .manufacturer(vendor: [1, 2, 3], data: [4]),
  ]

  @Test("every command is read as it was written", arguments: commands)
  func command(_ command: OSDPCommand) {
    #expect(OSDPCommand(code: command.code, data: command.data) == command)
    let isOfAnyLength = command.code == 0x80
    #expect(
      (OSDPCommand(code: command.code, data: command.data + [0]) == nil) || isOfAnyLength)
  }

  static let replies: [OSDPReply] = [
    .acknowledged, .busy, .refused(.sequence), .refused(.other(77)),
    .identity(
      OSDPIdentity(vendor: [1, 2, 3], model: 4, version: 5, serial: 6, firmware: [7, 8, 9])),
    .capabilities([OSDPCapability(function: 9, level: 1, count: 1)]),
    .localStatus(isTampered: true, hasPowerFailure: false), .inputs([true, false]),
    .outputs([false, true]), .readers([0, 2]),
    .card(OSDPCard(bits: (0..<26).map { $0 % 3 == 0 })),
    .formattedCard(reader: 0, isBackwards: true, digits: [0x31, 0x32]),
    .keys(reader: 0, keys: [0x31, 0x0D]), .line(address: 3, baud: 9_600),
    .challenge(client: Array(1...8), random: Array(11...18), cryptogram: Array(21...36)),
    .firstMAC(Array(1...16)), .manufacturer(vendor: [1, 2, 3], data: []),
  ]

  @Test("every reply is read as it was written", arguments: replies)
  func reply(_ reply: OSDPReply) {
    #expect(OSDPReply(code: reply.code, data: reply.data) == reply)
  }

  @Test("a card whose bits do not fit its bytes, or that has none, is no reply")
  func cardLengths() {
    #expect(OSDPReply(code: 0x50, data: hex("00 01 1a 00 06 01 59 40")) != nil)
    #expect(OSDPReply(code: 0x50, data: hex("00 01 1a 00 06 01 59")) == nil)
    #expect(OSDPReply(code: 0x50, data: hex("00 01 1a 00 06 01 59 40 00")) == nil)
    #expect(OSDPReply(code: 0x50, data: hex("00 01 00 00")) == nil)
  }

  @Test("a 26-bit card has the bits that its reader was given")
  func card() {
    let bits = "00000110000000010101100101".map { $0 == "1" }
    #expect(
      OSDPReply(code: 0x50, data: hex("00 01 1a 00 06 01 59 40")) == .card(OSDPCard(bits: bits)))
  }

  @Test("a reply prints neither a card nor keys")
  func secrets() {
    let shown = "\(OSDPReply.keys(reader: 0, keys: [0x31]))"
    #expect(shown == "reply 0x53")
    var dumped = ""
    dump(OSDPReply.keys(reader: 0, keys: [0x31]), to: &dumped)
    #expect(!dumped.contains("49"))
  }

  @Test("text that no display shows becomes question marks, and is cut at 255 bytes")
  func text() {
    #expect(OSDPText("Tür\n").bytes == Array("T?r?".utf8))
    #expect(OSDPText(String(repeating: "a", count: 300)).bytes.count == 255)
  }
}

@Suite("Packets are found in whatever a line brings (A13, F3)")
struct OSDPScannerTests {
  private let poll = hex("53 65 08 00 04 60 60 90")

  private func found(_ bytes: [UInt8], chunk: Int) -> [Bool] {
    var scanner = OSDPScanner()
    return stride(from: 0, to: bytes.count, by: chunk).flatMap {
      scanner.take(bytes[$0..<min($0 + chunk, bytes.count)])
    }.map { (try? $0.get()) != nil }
  }

  @Test("in pieces of any length, after noise and the bytes that switch a driver on")
  func pieces() {
    let bytes = [0xFF, 0x00, 0x12] + poll + [0xFF] + poll
    for chunk in 1...bytes.count { #expect(found(bytes, chunk: chunk) == [true, true]) }
  }

  @Test("stray bytes are counted, those that switch a driver on are not")
  func stray() {
    var scanner = OSDPScanner()
    _ = scanner.take([0xFF, 0x00, 0x12] + poll)
    #expect(scanner.strayBytes == 2 && !scanner.isWithinPacket)
  }

  @Test("behind a packet with a wrong check the next one is found")
  func afterFault() {
    var bad = poll
    bad[5] = 0x61
    #expect(found(bad + poll, chunk: 3) == [false, true])
  }

  @Test("a length over 1,440 bytes is refused at once, 1,440 is waited for")
  func longest() {
    var scanner = OSDPScanner()
    #expect(scanner.take([0x53, 0, 0xA0, 0x05]).isEmpty && scanner.isWithinPacket)
    scanner.reset()
    let results = scanner.take([0x53, 0, 0xA1, 0x05])
    #expect(results.count == 1 && !scanner.isWithinPacket)
    #expect(throws: OSDPFrameFault.tooLong) { _ = try results[0].get() }
    let frame = OSDPFrame(
      address: 1, isReply: true, sequence: 1, code: 0x90,
      data: [UInt8](repeating: 7, count: OSDPFrame.bytesMax - 8))
    #expect(throws: Never.self) { try OSDPFrame(parsing: frame.bytes) }
    var longer = frame
    longer.data.append(7)
    #expect(throws: OSDPFrameFault.tooLong) { try OSDPFrame(parsing: longer.bytes) }
  }

  @Test("any single changed, lost or doubled byte of a packet is noticed")
  func everyByte() {
    let frame = OSDPFrame(
      address: 3, isReply: true, sequence: 2, code: 0x50, data: hex("00 01 1a 00 06 01 59 40"))
    for place in frame.bytes.indices {
      for change in UInt8(1)...255 {
        var bytes = frame.bytes
        bytes[place] ^= change
        #expect((try? OSDPFrame(parsing: bytes)) == nil)
      }
      var lost = frame.bytes
      lost.remove(at: place)
      #expect((try? OSDPFrame(parsing: lost)) == nil)
      var doubled = frame.bytes
      doubled.insert(doubled[place], at: place)
      #expect((try? OSDPFrame(parsing: doubled)) == nil)
    }
  }
}
