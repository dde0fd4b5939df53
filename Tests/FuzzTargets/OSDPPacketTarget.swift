import OSDPCodec

extension FuzzTarget {
  /// Any bytes of a line, as they are, and with the length and the check of a packet, which no chance finds.
  /// What is a packet has the bytes that it came with; what is a command, a reply or a part of a card's
  /// proof is read again as it is written.
  static let osdpPackets = FuzzTarget(
    "osdpPackets", "bytes of an OSDP line: packets, commands, replies, cards with a key",
    bytesMax: 2_048,
    seeds: {
      let frames = [
        OSDPFrame(address: 1, isReply: false, sequence: 0, code: 0x60),
        OSDPFrame(address: 1, isReply: false, sequence: 1, usesCRC: false, code: 0x61, data: [0]),
        OSDPFrame(
          address: 1, isReply: true, sequence: 1, security: .init(.reply), code: 0x40,
          mac: [1, 2, 3, 4]),
        OSDPFrame(
          address: 1, isReply: true, sequence: 2, security: .init(.challengeReply, data: [1]),
          code: 0x76, data: [UInt8](repeating: 5, count: 32)),
      ]
      let part = PKOCPart(kind: .response, total: 4, offset: 0, bytes: [0x5A, 2, 4, 1])
      let proof: [UInt8] =
        [0x5A, 65, 4] + [UInt8](repeating: 7, count: 64) + [0x9E, 64]
        + [UInt8](repeating: 9, count: 64)
      return frames.map(\.bytes)
        + [
          frames.flatMap(\.bytes), [0xFF, 0x53, 1, 2, 3], [part.reply.code] + part.reply.data,
          proof,
        ]
    },
    make: {
      { bytes in
        var scanner = OSDPScanner()
        for result in scanner.take(bytes) {
          guard case .success(let found) = result else { continue }
          try demand(found.frame.bytes == found.bytes, "a packet was not read as it was written")
        }
        let whole = packet(of: bytes)
        if let frame = try? OSDPFrame(parsing: whole) {
          try demand(frame.bytes == whole, "a packet with the right check was read as another")
          try messages(frame.code, frame.data)
        }
        guard let code = bytes.first else { return }
        try messages(code, Array(bytes.dropFirst()))
        guard let proof = PKOCProof(challenge: [], response: bytes) else { return }
        try demand(
          proof.publicKey.count == PKOC.publicKeyBytes && proof.publicKey[0] == 4
            && proof.signature.count == PKOC.signatureBytes, "a proof has another length")
      }
    })

  /// These bytes behind a start byte, with the length and the check that they should have.
  private static func packet(of bytes: [UInt8]) -> [UInt8] {
    guard bytes.count >= 3 else { return [] }
    let usesCRC = bytes[1] & 4 != 0
    let body = bytes.prefix(OSDPFrame.bytesMax - 5)
    let length = body.count + 3 + (usesCRC ? 2 : 1)
    var packet = [0x53, body[0], UInt8(length & 0xFF), UInt8(length >> 8)] + body.dropFirst()
    if usesCRC {
      let crc = OSDPCheck.crc(packet)
      packet += [UInt8(crc & 0xFF), UInt8(crc >> 8)]
    } else {
      packet.append(OSDPCheck.checksum(packet))
    }
    return packet
  }

  /// The rest of a packet, as a question and as an answer.
  private static func messages(_ code: UInt8, _ data: [UInt8]) throws {
    if let command = OSDPCommand(code: code, data: data) {
      try demand(
        OSDPCommand(code: command.code, data: command.data) == command,
        "a command is not read as it is written")
    }
    guard let reply = OSDPReply(code: code, data: data) else { return }
    try demand(
      OSDPReply(code: reply.code, data: reply.data) == reply, "a reply is not read as it is written"
    )
    guard case .manufacturer(let vendor, let data) = reply,
      let part = PKOCPart(vendor: vendor, data: data)
    else { return }
    try demand(part.reply == reply, "a part of a card's proof is not read as it is written")
  }
}
