import CloudProtocol
import DoorCore
import DoorPorts
import DoorRules
import Logging

/// What the shell works with: the ports, the inbox, the lanes for slow work, and the log.
struct Surroundings {
  let configuration: RuntimeConfiguration
  let ports: RuntimePorts
  let inbox: Inbox
  let lanes: any WorkLanes
  let logger: Logger
  /// A new UUID in text.
  let freshID: @Sendable () -> String
  let stamp: EventStamp
  let writer: EventWriter
  let jobs: StoreJobRunner
  let onRecord: ((EventDraft) -> Void)?
  /// What ``ControllerEffect/sampleSite`` looks at: made once, since it is looked at each second.
  let sampledWithSite: [InputLine]

  init(
    configuration: RuntimeConfiguration, ports: RuntimePorts, inbox: Inbox, lanes: any WorkLanes,
    freshID: @escaping @Sendable () -> String, logger: Logger,
    onRecord: ((EventDraft) -> Void)?
  ) {
    self.onRecord = onRecord
    let layout = configuration.layout
    sampledWithSite =
      layout.siteInputs + layout.lockCurrents + layout.inputs.map { InputLine.auxiliary($0.id) }
      + layout.readers.flatMap { [InputLine.data0($0.id), .data1($0.id)] }
    self.configuration = configuration
    self.ports = ports
    self.inbox = inbox
    self.lanes = lanes
    self.logger = logger
    self.freshID = freshID
    let stamp = EventStamp(simulated: ports.gpio.isSimulated, freshID: freshID)
    self.stamp = stamp
    let monotonic = ports.monotonic
    writer = EventWriter(
      log: ports.events, inbox: inbox, lanes: lanes, now: { monotonic.now() }
    ) { count, next in
      stamp.draft(EventRecord(.logDropped, detail: ["count": String(count)]), like: next)
    }
    jobs = StoreJobRunner(
      ports: ports, controller: configuration.controller, inbox: inbox, lanes: lanes,
      logger: logger)
  }
}
