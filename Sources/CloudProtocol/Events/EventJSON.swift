extension EventDraft: DirectJSON {
  var bytesExpected: Int { 384 }

  func write(to text: inout JSONText) {
    text.object { text in
      text.member("checkInCandidate", checkInCandidate)
      text.member("clockTrust", clockTrust)
      text.member("credential", credential)
      text.name("detail")
      text.object { text in
        for (name, value) in detail.sorted(by: { $0.key < $1.key }) {
          text.name(name)
          text.string(value)
        }
      }
      text.member("door", door)
      text.member("id", id)
      text.member("person", person)
      text.member("reader", reader)
      text.member("reason", reason)
      text.member("simulated", simulated)
      text.member("timeMilliseconds", timeMilliseconds)
      text.member("type", type)
    }
  }
}

extension CloudEvent: DirectJSON {
  var bytesExpected: Int { 768 }

  func write(to text: inout JSONText) {
    text.object { text in
      text.member("chain", chain)
      text.name("data")
      data.write(to: &text)
      text.member("datacontenttype", datacontenttype)
      if let historical { text.member("historical", historical) }
      text.member("id", id)
      text.member("sequence", sequence)
      text.member("source", source)
      text.member("specversion", specversion)
      text.member("subject", subject)
      text.member("time", time)
      text.member("type", type)
      if let withheldBytes { text.member("withheldBytes", UInt64(withheldBytes)) }
      text.member("withheldDigest", withheldDigest)
    }
  }
}

extension CloudEvent {
  /// At least as many bytes as the JSON has, without writing it.
  var jsonBytesBound: Int {
    // The names of all members, quotes, commas, braces, and the values whose length is known.
    var bytes = 400
    func add(_ text: String?) {
      guard let text else { return }
      bytes += JSONText.bytesBound(of: text)
    }
    for text in [id, data.id, type, data.type, source, time, sequence] { add(text) }
    for text in [chain, subject, data.credential, data.door, data.person, data.reader, data.reason]
    { add(text) }
    if withheldBytes != nil { bytes += 56 }
    add(withheldDigest)
    for (name, value) in data.detail {
      bytes += 6
      add(name)
      add(value)
    }
    return bytes
  }
}

extension EventBatch: DirectJSON {
  var bytesExpected: Int { 768 * events.count + 256 }

  func write(to text: inout JSONText) {
    text.object { text in
      if let acknowledged { text.member("acknowledged", acknowledged) }
      text.member("controller", controller)
      if let droppedThrough { text.member("droppedThrough", droppedThrough) }
      text.member("epoch", epoch)
      text.name("events")
      text.array(events) { text, event in event.write(to: &text) }
    }
  }
}
