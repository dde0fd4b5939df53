import CloudMQTT
import CloudProtocol
import DoorCore
import DoorPorts
import DoorRules
import DoorRuntime
import Foundation
import GPIOLinux
import HostLinux
import Logging
import StoreSQLite

/// One of many controllers in this process: the real runtime with its own event log on disk and
/// its own connection. The cache, which nothing is sent to here, is shared.
final class FleetController: Sendable {
  let id: ControllerID
  let moments: Moments
  /// What it sent.
  let published = PublishCount()
  private let runtime: DoorRuntime

  /// Its state folder, with a log of the outage; the log's name is its own.
  init(
    _ id: ControllerID, folder: String, cache: CacheDatabase, brokerPort: Int,
    cloudKeys: [String: [UInt8]]
  ) throws {
    self.id = id
    let clock = SystemMonotonicClock()
    moments = Moments(clock: clock)
    let events = try EventDatabase(folder: folder)
    _ = try events.beginEpoch()
    guard let door = DoorID("front"), let reader = ReaderID("front-in"),
      let digester = CredentialDigester(keyBytes: BenchWorld.credentialKey)
    else { throw LabFailure("the world has no name") }
    let topics = Topics(controller: id)
    let state = topics.topic(.state)
    let offline = try JSONCoding.encode(
      StateReport(controller: id.rawValue, online: false, simulated: true, doors: []))
    let link = MQTTLink(
      settings: MQTTSettings(
        host: "127.0.0.1", port: brokerPort, clientID: "postern-\(id)",
        will: { _ throws(PortError) in Will(topic: state, payload: offline, retain: true) },
        subscriptions: [topics.downFilter]))
    var logger = Logger(label: "bench")
    logger.logLevel = .critical
    runtime = DoorRuntime(
      configuration: RuntimeConfiguration(
        controller: id, software: "bench", bootID: UUID().uuidString.lowercased(),
        layout: ControllerLayout(
          doors: [.init(id: door, hasContact: false)],
          readers: [
            .init(id: reader, door: door, habits: ReaderHabits(presentationMilliseconds: 0))
          ])),
      ports: RuntimePorts(
        gpio: TimedPanel(SimulatedPanel(clock: clock), moments), monotonic: clock,
        wall: SystemWallClock(assumedTrust: .synchronised), zones: SystemZones(), events: events,
        ledger: events, state: events, policy: cache, digester: digester,
        cloud: .init(
          link: CountingLink(link: link, count: published),
          verifier: try EnvelopeVerifier(publicKeys: cloudKeys, audience: id, issuer: nil))),
      logger: logger)
  }

  func run() async { await runtime.run() }
  func stop() { runtime.stop() }
}
