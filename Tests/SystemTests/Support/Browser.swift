import ChildProcesses
import Foundation

/// A real browser, headless, driven over a pair of pipes by the DevTools protocol:
/// https://chromedevtools.github.io/devtools-protocol/
final class Browser {
  struct Failure: Error, CustomStringConvertible {
    var description: String
  }

  /// How long anything may take before the test gives up.
  static let patienceSeconds = 60.0

  /// Debian's Chromium; nil where it is not installed.
  static var path: String? {
    ["/usr/bin/chromium", "/usr/bin/chromium-browser"].first {
      FileManager.default.isExecutableFile(atPath: $0)
    }
  }

  private let process: ChildProcess
  private let folder: TemporaryFolder
  private let input: Int32
  private let output: Int32
  private var rest = Data()
  private var nextID = 0
  private var session: String?
  /// The page's errors: exceptions, console errors, refused resources.
  private(set) var complaints: [String] = []

  /// A window of this size, in points.
  init(width: Int, height: Int, isPhone: Bool) throws {
    guard let path = Self.path else { throw Failure(description: "Chromium is not installed") }
    folder = try TemporaryFolder()
    (process, input, output) = try Self.spawn(
      path,
      [
        "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
        "--no-first-run", "--disable-extensions", "--disable-background-networking",
        "--remote-debugging-pipe", "--user-data-dir=\(folder.path)/profile",
        "--window-size=\(width),\(height)", "about:blank",
      ], log: folder.path + "/chromium.log")
    let target = try call("Target.createTarget", ["url": "about:blank"])
    let attached = try call(
      "Target.attachToTarget", ["targetId": target["targetId"] ?? "", "flatten": true])
    session = attached["sessionId"] as? String
    for domain in ["Page", "Runtime", "Log", "Network"] { try call("\(domain).enable") }
    try call(
      "Emulation.setDeviceMetricsOverride",
      ["width": width, "height": height, "deviceScaleFactor": 1, "mobile": isPhone])
  }

  deinit {
    close(input)
    close(output)
    process.end(SIGKILL)
  }

  /// Chromium reads commands from descriptor 3 and writes answers to 4; the shell puts its own
  /// input and output there.
  private static func spawn(
    _ path: String, _ arguments: [String], log: String
  ) throws -> (ChildProcess, input: Int32, output: Int32) {
    var down: [Int32] = [-1, -1]
    var up: [Int32] = [-1, -1]
    guard pipe(&down) == 0, pipe(&up) == 0 else {
      throw Failure(description: "no pipe: \(errno)")
    }
    for end in down + up { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    defer {
      close(down[0])
      close(up[1])
    }
    // Writing to a browser that has ended must fail, not end this process.
    signal(SIGPIPE, SIG_IGN)
    let process = try ChildProcess(
      "/bin/sh", ["-c", #"exec "$0" "$@" 3<&0 4>&1 </dev/null >&2"#, path] + arguments,
      input: .descriptor(down[0]), output: .descriptor(up[1]), errors: .file(log))
    return (process, down[1], up[0])
  }

  /// One command, and its result.
  @discardableResult
  func call(_ method: String, _ parameters: [String: Any] = [:]) throws -> [String: Any] {
    nextID += 1
    let id = nextID
    var message: [String: Any] = ["id": id, "method": method, "params": parameters]
    message["sessionId"] = session
    var bytes = Array(try JSONSerialization.data(withJSONObject: message)) + [0]
    while !bytes.isEmpty {
      let count = write(input, bytes, bytes.count)
      guard count > 0 else { throw Failure(description: "the browser is gone at \(method)") }
      bytes.removeFirst(count)
    }
    let end = Date(timeIntervalSinceNow: Self.patienceSeconds)
    while Date.now < end {
      guard let answer = try receive(until: end) else { continue }
      if answer["id"] as? Int == id {
        if let error = answer["error"] { throw Failure(description: "\(method): \(error)") }
        return answer["result"] as? [String: Any] ?? [:]
      }
      note(answer)
    }
    throw Failure(description: "\(method) was not answered")
  }

  private func receive(until end: Date) throws -> [String: Any]? {
    while true {
      if let zero = rest.firstIndex(of: 0) {
        let message = rest[rest.startIndex..<zero]
        rest.removeSubrange(rest.startIndex...zero)
        return try JSONSerialization.jsonObject(with: Data(message)) as? [String: Any]
      }
      var descriptor = pollfd(fd: output, events: Int16(POLLIN), revents: 0)
      let wait = Int32(max(0, min(end.timeIntervalSinceNow, 1)) * 1_000)
      guard poll(&descriptor, 1, wait) > 0 else { return nil }
      var bytes = [UInt8](repeating: 0, count: 65_536)
      let count = read(output, &bytes, bytes.count)
      guard count > 0 else { throw Failure(description: "the browser ended") }
      rest.append(contentsOf: bytes.prefix(count))
    }
  }

  private func note(_ event: [String: Any]) {
    let parameters = event["params"] as? [String: Any] ?? [:]
    switch event["method"] as? String {
    case "Runtime.exceptionThrown":
      complaints.append("exception: \(parameters["exceptionDetails"] ?? "")")
    case "Runtime.consoleAPICalled" where parameters["type"] as? String == "error":
      complaints.append("console: \(parameters["args"] ?? "")")
    case "Log.entryAdded":
      let entry = parameters["entry"] as? [String: Any] ?? [:]
      guard entry["level"] as? String == "error" else { return }
      complaints.append("log: \(entry["text"] ?? "") \(entry["url"] ?? "")")
    default: break
    }
  }

  func open(_ url: String) throws { try call("Page.navigate", ["url": url]) }

  /// The value of an expression, awaited.
  func value(_ expression: String) throws -> Any? {
    let answer = try call(
      "Runtime.evaluate",
      ["expression": expression, "awaitPromise": true, "returnByValue": true])
    if let details = answer["exceptionDetails"] {
      throw Failure(description: "\(expression): \(details)")
    }
    return (answer["result"] as? [String: Any])?["value"]
  }

  /// True as soon as the expression is; false after ``patienceSeconds``.
  func eventually(_ expression: String) throws -> Bool {
    let end = Date(timeIntervalSinceNow: Self.patienceSeconds)
    while Date.now < end {
      if (try? value("Boolean(\(expression))")) as? Bool == true { return true }
      usleep(50_000)
    }
    return false
  }

  /// Clicks on the element at its place on the screen.
  func click(_ selector: String) throws {
    let box = try value(
      """
      (() => { const e = document.querySelector(\(quoted(selector)));
        e.scrollIntoView({ block: "center" });
        const r = e.getBoundingClientRect(); return [r.x + r.width / 2, r.y + r.height / 2]; })()
      """)
    guard let point = box as? [Any], point.count == 2 else {
      throw Failure(description: "there is no \(selector)")
    }
    for type in ["mousePressed", "mouseReleased"] {
      try call(
        "Input.dispatchMouseEvent",
        ["type": type, "x": point[0], "y": point[1], "button": "left", "clickCount": 1])
    }
  }

  /// Types into the element that has the focus.
  func type(_ text: String) throws { try call("Input.insertText", ["text": text]) }

  func quoted(_ text: String) -> String {
    let escaped = text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
    return "\"\(escaped)\""
  }

  /// Writes a PNG of the visible page.
  func screenshot(_ path: String) throws {
    let answer = try call("Page.captureScreenshot", ["format": "png"])
    guard let text = answer["data"] as? String, let data = Data(base64Encoded: text) else {
      throw Failure(description: "no picture came")
    }
    try FileManager.default.createDirectory(
      at: URL(filePath: path).deletingLastPathComponent(), withIntermediateDirectories: true)
    try data.write(to: URL(filePath: path))
  }
}
