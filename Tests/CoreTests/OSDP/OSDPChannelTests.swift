import CoreModels
import OSDPChannel
import OSDPCodec
import Testing

/// A key as chance gives it.
func someKey(_ seed: UInt64 = 1) throws -> ReaderKey {
  var random = Xorshift(seed: seed)
  return try ReaderKey((0..<16).map { _ in UInt8(random.number(0...255)) })
}

@Suite("What is not of this channel, in this order, is not believed (A13, D4)")
struct OSDPChannelTests {
  private let cipher = SlowAES()

  private func pair(_ key: ReaderKey) throws -> (panel: SecureChannel, reader: SecureChannel) {
    var panel = PanelHandshake(key: key, random: Array(1...8), cipher: cipher)
    var reader = ReaderHandshake(key: key, cipher: cipher)
    let answered = reader.answer(
      panel.challenge(to: 1, sequence: 0), client: Array(1...8), random: Array(11...18))
    let cryptogram = try panel.answer(try #require(answered), sequence: 1)
    let finished = try #require(reader.finish(cryptogram))
    return (try panel.finish(finished.reply), try #require(finished.channel))
  }

  @Test("data of every length comes back as it was, and is not to be seen on the line")
  func lengths() throws {
    var (panel, reader) = try pair(try someKey())
    for count in 0...50 {
      let data = (0..<count).map { UInt8($0 &+ 0x30) }
      let command = panel.seal(0x80, data: data, address: 1, sequence: 1)
      let heard = try reader.open(command)
      #expect(heard == data)
      #expect(
        count < 4 || !command.bytes.indices.contains { command.bytes[$0...].starts(with: data) })
      let reply = reader.seal(0x90, data: data, address: 1, sequence: 1)
      let said = try panel.open(reply)
      #expect(said == data)
    }
  }

  @Test("data that ends like its own padding comes back as it was")
  func padding() throws {
    var (panel, reader) = try pair(try someKey())
    for data in [[0x80], [0x80, 0], [0, 0], [UInt8](repeating: 0, count: 16)] as [[UInt8]] {
      let heard = try reader.open(panel.seal(0x80, data: data, address: 1, sequence: 1))
      #expect(heard == data)
      let said = try panel.open(reader.seal(0x40, data: [], address: 1, sequence: 1))
      #expect(said == [])
    }
  }

  @Test("any changed bit of a packet is a wrong MAC, and the right packet is believed after it")
  func everyBit() throws {
    var (fresh, other) = try pair(try someKey())
    let command = fresh.seal(0x60, data: [], address: 1, sequence: 2)
    _ = try other.open(command)
    let right = other.seal(0x50, data: [1, 2, 3], address: 1, sequence: 2)
    for place in right.data.indices {
      for bit in 0..<8 {
        var bad = right
        bad.data[place] ^= 1 << bit
        #expect(throws: ChannelFault.wrongMAC) { _ = try fresh.open(bad) }
      }
    }
    var others = [OSDPFrame](repeating: right, count: 7)
    others[0].address = 2
    others[1].sequence = 3
    others[2].code = 0x53
    others[3].usesCRC = false
    others[4].mac[0] ^= 1
    others[5].mac = []
    others[6].data.removeLast(16)
    for bad in others {
      #expect(throws: ChannelFault.wrongMAC) { _ = try fresh.open(bad) }
    }
    let said = try fresh.open(right)
    #expect(said == [1, 2, 3])
  }

  @Test("a packet that was believed is not believed again, nor one of another channel")
  func replay() throws {
    let key = try someKey()
    var (panel, reader) = try pair(key)
    func exchange() throws -> OSDPFrame {
      _ = try reader.open(panel.seal(0x60, data: [], address: 1, sequence: 1))
      let reply = reader.seal(0x53, data: [0, 1, 0x31], address: 1, sequence: 1)
      _ = try panel.open(reply)
      return reply
    }
    let first = try exchange()
    _ = panel.seal(0x60, data: [], address: 1, sequence: 1)
    #expect(throws: ChannelFault.wrongMAC) { _ = try panel.open(first) }
    var another = PanelHandshake(key: key, random: Array(2...9), cipher: cipher)
    var other = ReaderHandshake(key: key, cipher: cipher)
    let answered = other.answer(
      another.challenge(to: 1, sequence: 0), client: Array(1...8), random: Array(11...18))
    let cryptogram = try another.answer(try #require(answered), sequence: 1)
    let finished = try #require(other.finish(cryptogram))
    var channel = try another.finish(finished.reply)
    _ = channel.seal(0x60, data: [], address: 1, sequence: 1)
    #expect(throws: ChannelFault.wrongMAC) { _ = try channel.open(first) }
  }

  @Test("a packet in the clear, of the handshake, or of the own side is not believed")
  func notSecured() throws {
    var (panel, _) = try pair(try someKey())
    let command = panel.seal(0x60, data: [], address: 1, sequence: 1)
    #expect(throws: ChannelFault.notSecured) { _ = try panel.open(command) }
    let clear = OSDPFrame(address: 1, isReply: true, sequence: 1, code: 0x50, data: [1])
    #expect(throws: ChannelFault.notSecured) { _ = try panel.open(clear) }
    var echo = command
    echo.isReply = true
    #expect(throws: ChannelFault.notSecured) { _ = try panel.open(echo) }
  }

  @Test("a reader with another key is known by its cryptogram")
  func otherReader() throws {
    var panel = PanelHandshake(key: try someKey(1), random: Array(1...8), cipher: cipher)
    var reader = ReaderHandshake(key: try someKey(2), cipher: cipher)
    let answered = reader.answer(
      panel.challenge(to: 1, sequence: 0), client: Array(1...8), random: Array(11...18))
    let answer = try #require(answered)
    #expect(throws: ChannelFault.wrongKey) { _ = try panel.answer(answer, sequence: 1) }
  }

  @Test(
    "a reader that says it uses the key of an unpaired one is not believed, whatever its cryptogram"
  )
  func downgraded() throws {
    var panel = PanelHandshake(key: try someKey(), random: Array(1...8), cipher: cipher)
    var forger = ReaderHandshake(key: .ofUnpaired, cipher: cipher)
    var challenge = panel.challenge(to: 1, sequence: 0)
    challenge.security?.data = [0]
    let answered = forger.answer(challenge, client: Array(1...8), random: Array(11...18))
    let answer = try #require(answered)
    #expect(throws: ChannelFault.otherKey) { _ = try panel.answer(answer, sequence: 1) }
  }

  @Test(
    "keys that everybody has, or that somebody typed, are none",
    arguments: [
      ("30 31 32 33 34 35 36 37 38 39 3a 3b 3c 3d 3e 3f", ReaderKey.Problem.known),
      ("2b 7e 15 16 28 ae d2 a6 ab f7 15 88 09 cf 4f 3c", .known),
      ("00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00", .pattern),
      ("00 01 02 03 04 05 06 07 08 09 0a 0b 0c 0d 0e 0f", .pattern),
      ("ff fe fd fc fb fa f9 f8 f7 f6 f5 f4 f3 f2 f1 f0", .pattern),
      ("12 34 12 34 12 34 12 34 12 34 12 34 12 34 12 34", .pattern),
      ("00 01 02 03 04 05 06 00 01 02 03 04 05 06 00 01", .pattern),
      ("01 02 03 04 05 06 07 08 09 0a 0b 0c 0d 0e 0f", .length), ("", .length),
    ])
  func weakKeys(text: String, problem: ReaderKey.Problem) {
    #expect(throws: problem) { try ReaderKey(hex(text)) }
  }

  @Test("of 10,000 keys by chance none is taken for a pattern, and none prints")
  func strongKeys() throws {
    for seed in UInt64(1)...10_000 {
      let key = try someKey(seed)
      #expect(!"\(key)".contains("\(key.reveal()[0]), "))
    }
  }
}
