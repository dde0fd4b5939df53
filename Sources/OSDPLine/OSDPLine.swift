public import DoorRules
public import OSDPChannel
public import OSDPCodec

/// What a line wants done, in order.
public enum LineWish: Sendable, Hashable {
  /// Send these bytes; what was received before and not taken is to be dropped.
  case transmit([UInt8])
  /// Set the line's speed, before anything else is sent.
  case setSpeed(LineSpeed)
  /// Something is to be told of a reader, by its address.
  case tell(UInt8, ReaderNews)
}

/// One line of OSDP readers: asks each in its turn, one question at a time, over its own secure channel.
/// It reads no clock and touches no port: bytes and the time go in, wishes come out.
///
/// Calling order: ``opened(at:)``; then ``received(_:at:)`` for what came, ``advance(to:)`` at
/// ``nextDeadline``, the wishes carried out in the order given.
public struct OSDPLine: Sendable {
  /// One reader with its turn.
  struct Seat: Sendable {
    var link: ReaderLink
    var faults = FaultCounts()
    /// When it is asked next.
    var dueAt: MonotonicInstant
  }

  /// The question that waits for its answer.
  private struct Waiting: Sendable {
    var place: Int
    var deadline: MonotonicInstant
    /// An answer that goes on for ever is none.
    var latest: MonotonicInstant
  }

  private var seats: [Seat]
  private let times: LineTimes
  private let configuredSpeed: LineSpeed
  private var speed: LineSpeed
  private var scanner = OSDPScanner()
  private var waiting: Waiting?
  private var isOpen = false
  /// Nothing is sent before: the drivers of the last packet must be off.
  private var quietUntil: MonotonicInstant
  private var nextProbeAt: MonotonicInstant
  private var lastPlace = 0
  private let fresh: @Sendable () -> UInt64

  /// `readers` are addresses with their keys, each address once; those of `inputsOf` are asked for their
  /// inputs, too. `fresh` gives random numbers that were never used before.
  public init(
    readers: [(address: UInt8, ring: KeyRing)], inputsOf: Set<UInt8> = [], speed: LineSpeed,
    times: LineTimes = LineTimes(), cipher: any BlockCipher,
    fresh: @escaping @Sendable () -> UInt64, at now: MonotonicInstant
  ) {
    seats = readers.map {
      Seat(
        link: ReaderLink(
          address: $0.address, ring: $0.ring, cipher: cipher,
          inputsMilliseconds: inputsOf.contains($0.address) ? times.inputsMilliseconds : nil,
          at: now), dueAt: now)
    }
    self.times = times
    self.speed = speed
    configuredSpeed = speed
    self.fresh = fresh
    quietUntil = now
    nextProbeAt = now
  }

  // MARK: What can be seen

  /// When to call ``advance(to:)`` next.
  public var nextDeadline: MonotonicInstant? {
    guard isOpen else { return nil }
    if let waiting { return waiting.deadline }
    guard let due = seats.compactMap(dueAt).min() else { return nil }
    return max(due, quietUntil)
  }

  /// How often each fault was seen, by the readers' addresses.
  public var faults: [UInt8: [OSDPFault: Int]] {
    Dictionary(
      seats.map { ($0.link.address, $0.faults.counts) }, uniquingKeysWith: { first, _ in first })
  }

  /// Whether the reader's channel stands.
  public func isSecured(_ address: UInt8) -> Bool {
    place(of: address).map { seats[$0].link.isSecured } ?? false
  }

  // MARK: Wishes

  /// Keeps a command for a reader's next turn. False for an unknown reader, one that is not secured, or
  /// when too many wait.
  @discardableResult
  public mutating func send(
    _ command: OSDPCommand, to address: UInt8, at now: MonotonicInstant
  ) -> Bool {
    guard let place = place(of: address), seats[place].link.add(command, at: now)
    else { return false }
    if seats[place].link.isSecured { seats[place].dueAt = min(seats[place].dueAt, now) }
    return true
  }

  /// A person pairs a reader: for so long the key of an unpaired reader is taken too, and `key`, which
  /// must be kept already, becomes the reader's own.
  public mutating func pair(
    _ address: UInt8, key: ReaderKey, until end: MonotonicInstant, at now: MonotonicInstant
  ) -> [LineWish] {
    guard let place = place(of: address) else { return [] }
    if waiting?.place == place { waiting = nil }
    seats[place].link.pair(key, until: end, speed: configuredSpeed)
    seats[place].dueAt = now
    return advance(to: now)
  }

  // MARK: The port

  /// The line's device is there.
  public mutating func opened(at now: MonotonicInstant) -> [LineWish] {
    isOpen = true
    scanner.reset()
    waiting = nil
    quietUntil = now
    nextProbeAt = now
    speed = configuredSpeed
    var wishes: [LineWish] = [.setSpeed(speed)]
    for place in seats.indices {
      seats[place].link.restart()
      seats[place].link.presence.heardAt = now
      seats[place].dueAt = now
      if !seats[place].link.isServed {
        wishes += tell(place, seats[place].link.presence.gone(.unpaired))
      }
    }
    return wishes + advance(to: now)
  }

  /// The line's device is gone: no reader on it is served.
  public mutating func lost() -> [LineWish] {
    isOpen = false
    waiting = nil
    return seats.indices.flatMap { place in
      seats[place].link.restart()
      return tell(place, seats[place].link.presence.gone(.lineLost))
    }
  }

  /// Takes what the line brought.
  public mutating func received(_ bytes: [UInt8], at now: MonotonicInstant) -> [LineWish] {
    guard isOpen else { return [] }
    var wishes: [LineWish] = []
    for result in scanner.take(bytes) {
      switch result {
      case .success(let found): wishes += take(found, at: now)
      case .failure: wishes += doubt(.check, at: now)
      }
    }
    if scanner.isWithinPacket, let waiting {
      // The answer has begun: it may be longer than the time for its first byte.
      self.waiting?.deadline = min(
        waiting.latest,
        max(waiting.deadline, now.advanced(byMilliseconds: times.gapMilliseconds)))
    }
    return wishes + advance(to: now)
  }

  /// Lets time pass: what was not answered is asked again or given up, and whoever is due is asked.
  public mutating func advance(to now: MonotonicInstant) -> [LineWish] {
    guard isOpen else { return [] }
    var wishes: [LineWish] = []
    if let waiting, waiting.deadline <= now { wishes += noAnswer(waiting.place, at: now) }
    wishes += endPairings(at: now)
    guard waiting == nil, quietUntil <= now, let place = nextPlace(at: now) else { return wishes }
    return wishes + ask(place, at: now)
  }

  // MARK: Turns

  private func place(of address: UInt8) -> Int? {
    seats.firstIndex { $0.link.address == address }
  }

  /// Nil for a reader without a key. Whoever is away waits for the turn of probes, too.
  private func dueAt(_ seat: Seat) -> MonotonicInstant? {
    guard seat.link.isServed else { return nil }
    return seat.link.isToProbe ? max(seat.dueAt, nextProbeAt) : seat.dueAt
  }

  /// Whoever has an output that shall change: somebody stands at its door. Of the others whoever is due
  /// longest; of several the one after the last that was asked.
  private func nextPlace(at now: MonotonicInstant) -> Int? {
    var best: (place: Int, isHurried: Bool, since: MonotonicInstant)?
    for step in 1...max(seats.count, 1) {
      let place = (lastPlace + step) % max(seats.count, 1)
      guard seats.indices.contains(place), let due = dueAt(seats[place]), due <= now else {
        continue
      }
      let change = seats[place].link.queue.changeSince
      let (isHurried, since) = (change != nil, change ?? due)
      let isFirst =
        best.map { isHurried == $0.isHurried ? since < $0.since : isHurried } ?? true
      if isFirst { best = (place, isHurried, since) }
    }
    return best?.place
  }

  private mutating func ask(_ place: Int, at now: MonotonicInstant) -> [LineWish] {
    var wishes: [LineWish] = []
    if let pairing = seats[place].link.pairing, pairing.triedSpeed != speed {
      speed = pairing.triedSpeed
      wishes = [.setSpeed(speed)]
    } else if seats[place].link.pairing == nil, speed != configuredSpeed {
      speed = configuredSpeed
      wishes = [.setSpeed(speed)]
    }
    let isProbe = seats[place].link.isToProbe
    guard let bytes = seats[place].link.packet(random: fresh().littleEndianBytes, at: now) else {
      return wishes
    }
    if isProbe { nextProbeAt = now.advanced(byMilliseconds: times.betweenProbesMilliseconds) }
    lastPlace = place
    scanner.reset()
    let deadline = now.advanced(byMicroseconds: speed.microseconds(of: bytes.count))
      .advanced(byMilliseconds: times.replyMilliseconds)
    waiting = Waiting(
      place: place, deadline: deadline,
      latest: deadline.advanced(byMicroseconds: speed.microseconds(of: OSDPFrame.usualBytes)))
    return wishes + [.transmit(bytes)]
  }

  // MARK: Answers

  private mutating func take(_ found: OSDPScanner.Found, at now: MonotonicInstant) -> [LineWish] {
    // Some adapters hear themselves.
    guard found.frame.isReply else { return [] }
    guard let place = waiting?.place, found.frame.address == seats[place].link.address else {
      return self.place(of: found.frame.address).map { note(.stray, $0, at: now) } ?? []
    }
    let asked = seats[place].link.open?.sentAt ?? now
    let fresh = fresh
    let random = { fresh().littleEndianBytes + fresh().littleEndianBytes }
    switch seats[place].link.take(found, random: random, at: now) {
    case .taken(let news):
      answered(at: now)
      // A handshake and whatever waits goes on at once; else the next poll.
      let link = seats[place].link
      let goesOn = link.open != nil || !link.queue.isEmpty || link.own.owesPoll
      seats[place].dueAt =
        goesOn ? now : max(now, asked.advanced(byMilliseconds: times.pollMilliseconds))
      return tell(place, news)
    case .busy:
      answered(at: now)
      guard seats[place].link.isPatient(at: now, forMilliseconds: times.offlineMilliseconds) else {
        return note(.busy, place, at: now) + giveUp(place, excuse: .busy, at: now)
      }
      seats[place].dueAt = now.advanced(byMilliseconds: times.busyMilliseconds)
      return []
    case .ignored(let fault):
      return doubt(fault, at: now)
    case .restart(let news):
      answered(at: now)
      return tell(place, news) + begunAnew(place, news, at: now)
    case .forgotten:
      answered(at: now)
      return note(.notSecured, place, at: now) + begunAnew(place, [], at: now)
    case .notNow:
      answered(at: now)
      return giveUp(place, excuse: .refused, at: now)
    }
  }

  private mutating func answered(at now: MonotonicInstant) {
    waiting = nil
    // Two bytes' time, so that the reader's driver is off; at least a millisecond.
    quietUntil = now.advanced(byMicroseconds: max(1_000, speed.microseconds(of: 2)))
  }

  /// The reader asked for it, or its key was changed.
  private mutating func begunAnew(
    _ place: Int, _ news: [ReaderNews], at now: MonotonicInstant
  ) -> [LineWish] {
    let wasSecured = seats[place].link.isSecured
    seats[place].link.restart()
    seats[place].link.takeNewSpeed()
    guard !wasSecured else {
      // Its channel stood until now: at once.
      seats[place].dueAt = now
      nextProbeAt = now
      if !news.isEmpty { seats[place].link.endPairing() }
      return []
    }
    seats[place].link.presence.doubt = .refused
    return awaitNextTry(place, at: now)
  }

  /// Something was not believed; the right answer may still come.
  private mutating func doubt(_ fault: OSDPFault, at now: MonotonicInstant) -> [LineWish] {
    guard let waiting else { return [] }
    if fault == .check {
      // The rest of it is not worth the whole time.
      self.waiting?.deadline = min(
        waiting.deadline, now.advanced(byMilliseconds: times.gapMilliseconds))
    }
    if fault == .wrongKey || fault == .otherKey {
      seats[waiting.place].link.presence.doubt = .wrongKey
    }
    return note(fault, waiting.place, at: now)
  }

  private mutating func note(
    _ fault: OSDPFault, _ place: Int, at now: MonotonicInstant
  ) -> [LineWish] {
    tell(place, seats[place].faults.note(fault, at: now))
  }

  private func tell(_ place: Int, _ news: [ReaderNews]) -> [LineWish] {
    news.map { .tell(seats[place].link.address, $0) }
  }

  // MARK: No answer

  private mutating func noAnswer(_ place: Int, at now: MonotonicInstant) -> [LineWish] {
    waiting = nil
    scanner.reset()
    let isKnown = seats[place].link.presence.told == .served
    let wishes = isKnown ? note(.noAnswer, place, at: now) : []
    if seats[place].link.noAnswer() {
      seats[place].dueAt = now
      return wishes
    }
    return wishes + giveUp(place, at: now)
  }

  /// `excuse` is what it said instead of an answer; nil for nothing.
  private mutating func giveUp(
    _ place: Int, excuse: ReaderAbsence? = nil, at now: MonotonicInstant
  ) -> [LineWish] {
    let wasSecured = seats[place].link.isSecured
    seats[place].link.restart()
    seats[place].link.presence.excuse = excuse
    guard !wasSecured else {
      seats[place].dueAt = now
      nextProbeAt = now
      return goneForLong(place, nil, at: now)
    }
    if excuse == nil, seats[place].link.presence.doubt == nil { seats[place].link.noteSilence() }
    return awaitNextTry(place, at: now)
  }

  /// The next key of the ring at once, and from the beginning after a while.
  private mutating func awaitNextTry(_ place: Int, at now: MonotonicInstant) -> [LineWish] {
    let hasMore = seats[place].link.tryNextKey()
    let doubt = seats[place].link.presence.doubt
    var wishes: [LineWish] = []
    if let doubt, !hasMore {
      wishes = tell(place, seats[place].link.presence.gone(doubt))
      seats[place].link.presence.doubt = nil
    } else {
      wishes = goneForLong(place, doubt, at: now)
    }
    let isPairing = seats[place].link.pairing != nil
    let pause =
      hasMore || isPairing
      ? 0 : doubt == .wrongKey ? times.wrongKeyMilliseconds : times.probeMilliseconds
    seats[place].dueAt = now.advanced(byMilliseconds: pause)
    return wishes
  }

  /// A reader that was not heard for long is offline, for what it said last if it said anything.
  private mutating func goneForLong(
    _ place: Int, _ doubt: ReaderAbsence?, at now: MonotonicInstant
  ) -> [LineWish] {
    let silentFor = now.microseconds(since: seats[place].link.presence.heardAt)
    guard silentFor >= times.offlineMilliseconds * 1_000 else { return [] }
    return tell(place, seats[place].link.presence.lasting(doubt))
  }

  // MARK: Pairing

  private mutating func endPairings(at now: MonotonicInstant) -> [LineWish] {
    var wishes: [LineWish] = []
    for place in seats.indices {
      guard let pairing = seats[place].link.pairing, pairing.until <= now else { continue }
      if waiting?.place == place { waiting = nil }
      wishes += tell(place, [.notPaired(.timeOver)])
      seats[place].link.endPairing()
      seats[place].dueAt = now
    }
    return wishes
  }
}
