public import OSDPCodec

/// A channel between panel and reader: each packet's MAC goes on from the last one of the other side, so
/// that no packet counts twice, out of order, or in another channel.
public struct SecureChannel: Sendable {
  /// Whose end it is.
  public enum Side: Sendable, Hashable { case panel, reader }

  private let side: Side
  private let keys: SessionKeys
  private let chaining: Chaining
  /// The last MACs, whole, of what was sent and of what was believed.
  private var sent: [UInt8]
  private var believed: [UInt8]

  init(side: Side, keys: SessionKeys, start: [UInt8], cipher: any BlockCipher) {
    self.side = side
    self.keys = keys
    chaining = Chaining(cipher: cipher)
    sent = start
    believed = start
  }

  /// The next packet of this side. The same packet may be sent again as it is; it is sealed once. Some
  /// makers encrypt the padding of no data, too (`sealsNothing`); not every reader takes that.
  public mutating func seal(
    _ code: UInt8, data: [UInt8], address: UInt8, sequence: UInt8, sealsNothing: Bool = false
  ) -> OSDPFrame {
    let isSealed = !data.isEmpty || sealsNothing
    let step: OSDPSecurityBlock.Step =
      switch side {
      case .panel: isSealed ? .sealedCommand : .command
      case .reader: isSealed ? .sealedReply : .reply
      }
    var frame = OSDPFrame(
      address: address, isReply: side == .reader, sequence: sequence, security: .init(step),
      code: code)
    if isSealed {
      frame.data = chaining.encrypt(
        padded(data + [0x80]), key: keys.encryption, start: believed.map { ~$0 })
    }
    sent = mac(of: frame, start: believed)
    frame.mac = Array(sent.prefix(OSDPFrame.macBytes))
    return frame
  }

  /// Believes the other side's next packet and gives its data in the clear. After a fault nothing has
  /// changed: the right packet is still believed.
  public mutating func open(_ frame: OSDPFrame) throws(ChannelFault) -> [UInt8] {
    guard let step = frame.security?.step, step.hasMAC, frame.isReply == (side == .panel),
      step == (side == .panel ? .reply : .command)
        || step == (side == .panel ? .sealedReply : .sealedCommand)
    else { throw .notSecured }
    let mac = mac(of: frame, start: sent)
    guard isSame(Array(mac.prefix(OSDPFrame.macBytes)), frame.mac) else { throw .wrongMAC }
    var data = frame.data
    if step.isSealed {
      guard !data.isEmpty, data.count % Chaining.blockBytes == 0 else { throw .unreadable }
      data = chaining.decrypt(data, key: keys.encryption, start: sent.map { ~$0 })
      guard let end = data.lastIndex(where: { $0 != 0 }), data[end] == 0x80 else {
        throw .unreadable
      }
      data.removeSubrange(end...)
    }
    believed = mac
    return data
  }

  private func mac(of frame: OSDPFrame, start: [UInt8]) -> [UInt8] {
    var bytes = frame.authenticated
    if bytes.count % Chaining.blockBytes != 0 { bytes = padded(bytes + [0x80]) }
    return chaining.mac(of: bytes, first: keys.firstMAC, last: keys.lastMAC, start: start)
  }

  private func padded(_ bytes: [UInt8]) -> [UInt8] {
    let rest = bytes.count % Chaining.blockBytes
    return rest == 0 ? bytes : bytes + [UInt8](repeating: 0, count: Chaining.blockBytes - rest)
  }
}
