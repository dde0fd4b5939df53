import CloudProtocol
import DoorCore
import DoorPorts
import DoorRules
import Testing

@testable import DoorRuntime

/// A controller that renews its certificate, its files, its broker and its cloud, one happening at a
/// time. Certificates have numbers; the controller was enrolled with 0.
struct RenewalWorld {
  enum Happening {
    case read
    case job(RenewalJob)
    case done(RenewalOutcome)
    case connect
    case request(RenewalRequest)
    case answer(CertificateAnswer)
    case word
  }

  static let controller = ControllerID(EnvelopeForge.controller)!
  static let day: Int64 = 86_400

  // The files.
  var current = 0
  var next: Int?
  var request: OpenRequest?
  private var made = 0

  var renewal = Renewal(controller: controller)
  var chosen = BrokerPair.present
  /// Certificates that the broker takes.
  var accepted: (Int) -> Bool = { _ in true }
  var cloudAnswers = true
  var waiting: [Happening] = [.read, .connect]
  private(set) var events: [EventType] = []
  private(set) var connections: [Int] = []
  private(set) var refused = 0

  /// The first certificate has a day left of ninety; those after it are new.
  var standing: RenewalStanding {
    let left = current == 0 ? 1 : 90
    let end = PartFixture.start.advanced(bySeconds: Int64(left) * Self.day)
    return RenewalStanding(
      life: end.advanced(bySeconds: -90 * Self.day)..<end, request: request, isOnTrial: next != nil)
  }

  /// The power goes and comes back: only the files are left.
  mutating func cut() {
    renewal = Renewal(controller: Self.controller)
    chosen = .present
    waiting = [.read, .connect]
  }

  /// Returns false when nothing is left to happen.
  mutating func happen() -> Bool {
    guard !waiting.isEmpty else { return false }
    let now = PartFixture.moment()
    switch waiting.removeFirst() {
    case .read: take(renewal.read(standing, at: now))
    case .job(let job): waiting.insert(.done(perform(job)), at: 0)
    case .done(let outcome): take(renewal.done(outcome, at: now))
    case .connect:
      let pair = chosen == .next && next != nil ? BrokerPair.next : .present
      let number = pair == .next ? next ?? current : current
      guard accepted(number) else {
        waiting.append(.connect)
        take(renewal.disconnected("not authorised", at: now))
        break
      }
      connections.append(number)
      waiting.append(.word)
      take(renewal.connected(with: pair, at: now))
    case .request(let asked):
      guard cloudAnswers else { break }
      waiting.append(
        .answer(CertificateAnswer(requestDigest: "d \(asked.request)", certificates: "c")))
    case .answer(let answer): take(renewal.answered(answer, message: "m-1", at: now))
    case .word: take(renewal.heard(at: now))
    }
    return true
  }

  mutating func run() {
    var left = 1_000
    while left > 0, happen() { left -= 1 }
    #expect(left > 0, "it never ends")
  }

  private mutating func perform(_ job: RenewalJob) -> RenewalOutcome {
    switch job {
    case .make:
      if request == nil {
        made += 1
        request = OpenRequest(request: "r\(made)", digest: "d r\(made)")
      }
      return .made(.success(request!))
    case .store:
      next = made
      request = nil
      return .stored(.success(()))
    case .adopt:
      if let next { current = next }
      next = nil
      return .adopted(.success(PartFixture.start))
    case .drop:
      next = nil
      return .dropped(.success(()))
    }
  }

  mutating func take(_ wishes: [Wish]) {
    for wish in wishes {
      switch wish {
      case .job(.renewal(let job)): waiting.append(.job(job))
      case .publish(.renewal(let asked)): waiting.append(.request(asked))
      case .connect(let pair):
        chosen = pair
        // What the connection before it would still have brought is gone with it.
        waiting.removeAll {
          switch $0 {
          case .word, .connect: true
          case .read, .job, .done, .request, .answer: false
          }
        }
        take(renewal.disconnected(LinkTerms.replaced, at: PartFixture.moment()))
        waiting.append(.connect)
      case .record(let record): events.append(record.type)
      case .refuse: refused += 1
      default: break
      }
    }
  }
}
