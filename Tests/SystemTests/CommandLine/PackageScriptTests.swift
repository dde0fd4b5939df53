import ChildProcesses
import CoreModels
import Foundation
import Glibc
import Testing

@Suite("The package's scripts", .blocking)
struct PackageScriptTests {
  /// A machine that dpkg would call by `DPKG_ROOT`, and tools that only note how they were called.
  private struct Machine {
    let folder: TemporaryFolder
    var root: String { folder.path + "/root" }

    /// `failing` are tools that end with status 1.
    init(failing: Set<String>) throws {
      folder = try TemporaryFolder()
      let manager = FileManager.default
      for place in ["root/run/systemd/system", "root/var/lib/postern", "root/etc/postern", "bin"] {
        try manager.createDirectory(
          atPath: "\(folder.path)/\(place)", withIntermediateDirectories: true)
      }
      for file in ["var/lib/postern/events.sqlite", "etc/postern/postern.yaml"] {
        try Data("x".utf8).write(to: URL(filePath: "\(root)/\(file)"))
      }
      let tools = [
        "systemctl", "systemd-sysusers", "systemd-tmpfiles", "chown", "udevadm", "install", "cp",
        "du", "df", "deb-systemd-helper", "deb-systemd-invoke",
      ]
      var files: [String] = []
      for tool in tools {
        let status = failing.contains(tool) ? 1 : 0
        let answer =
          tool == "df" ? "echo; echo d 1 1 9999999 1 /" : tool == "du" ? "printf '10\\tx\\n'" : ":"
        let script =
          "#!/bin/sh\necho \"\(tool) $*\" >>\(folder.path)/calls\n\(answer)\nexit \(status)\n"
        files += ["\(folder.path)/bin/\(tool)", script]
      }
      // A shell writes them: where this process does, a child of another test may still hold the file
      // when it is to run, and the kernel refuses that as busy.
      let write = #"while [ $# -gt 0 ]; do printf %s "$2" >"$1"; chmod 755 "$1"; shift 2; done"#
      let child = try ChildProcess("/bin/sh", ["-c", write, "sh"] + files)
      #expect(child.wait() == 0)
    }

    /// The calls, one a line.
    func configure() throws -> (status: Int32, calls: [String]) {
      let child = try ChildProcess(
        "/bin/sh", [Repository.file("deploy/debian/postinst").path(), "configure", "0.1.0"],
        environment: ["DPKG_ROOT": root, "PATH": "\(folder.path)/bin:/usr/bin:/bin"])
      let status = child.wait()
      return try withExtendedLifetime(folder) {
        let text = try String(contentsOfFile: folder.path + "/calls", encoding: .utf8)
        return (status, text.split(separator: "\n").map(String.init))
      }
    }
  }

  @Test(
    "A4: an upgrade leaves no door stopped, whichever of its tools fails",
    arguments: [
      [], ["cp"], ["install"], ["du"], ["df"], ["systemd-tmpfiles"], ["udevadm"], ["chown"],
      ["deb-systemd-helper"], ["deb-systemd-invoke"], ["cp", "deb-systemd-invoke"],
    ] as [Set<String>])
  func upgrade(_ failing: Set<String>) throws {
    let (status, calls) = try Machine(failing: failing).configure()
    let stop = try #require(calls.lastIndex(of: "systemctl stop posternd.service"), "\(calls)")
    let start = calls.lastIndex(of: "systemctl start posternd.service")
    #expect(start.map { $0 > stop } == true, "\(calls)")
    #expect(status == 0, "\(calls)")
  }

  @Test("A4: a door that did not run before an upgrade is not started by the safety net")
  func stopped() throws {
    let (_, calls) = try Machine(failing: ["systemctl"]).configure()
    #expect(!calls.contains("systemctl stop posternd.service"))
    #expect(!calls.contains("systemctl start posternd.service"))
  }

  /// Status 77 says that this machine cannot run it.
  private func lab(_ name: String) throws -> BuiltProgram.Outcome {
    let folder = try TemporaryFolder()
    let log = folder.path + "/log"
    let programs = URL(filePath: BuiltProgram("posternd").path).deletingLastPathComponent().path()
    let child = try ChildProcess(
      "/usr/bin/env",
      ["bash", Repository.file("Tests/Lab/\(name)").path(), "--programs", programs],
      output: log, errors: log)
    let status = child.wait()
    return BuiltProgram.Outcome(
      status: status, output: (try? String(contentsOfFile: log, encoding: .utf8)) ?? "", errors: "")
  }

  @Test(
    "D13 F5: the page's lines for encrypted keys and for enrolment work, one after the other",
    .enabled(if: geteuid() == 0, "needs root, for places of its own"),
    arguments: ["credentials", "enrol-page"])
  func page(_ name: String) throws {
    let outcome = try lab(name)
    #expect([0, 77].contains(outcome.status), "\(outcome.output.suffix(2_000))")
  }

  @Test("D13: the unit allows no core dump, no backtrace and seconds to a door that hangs")
  func unit() throws {
    let unit = try String(
      contentsOf: Repository.file("systemd/posternd.service"), encoding: .utf8
    ).split(separator: "\n")
    for line in [
      "LimitCORE=0", "CoredumpFilter=0x0", "Environment=SWIFT_BACKTRACE=enable=no", "WatchdogSec=5",
      "WatchdogSignal=SIGKILL",
    ] {
      #expect(unit.contains(Substring(line)), "\(line)")
    }
  }

  @Test(
    "D13: the kernel writes no core dump of any of the programs",
    .enabled(if: geteuid() == 0, "needs root, to be somebody else"),
    arguments: [
      ("posternd", ["--config"]), ("postern", ["config", "check"]),
      ("posterncloud", ["import", "gate-1"]),
    ])
  func dumps(_ program: String, _ words: [String]) throws {
    let folder = try TemporaryFolder()
    chmod(folder.path, 0o755)
    // A pipe that nobody writes to: the program waits for its first file.
    let pipe = folder.path + "/pipe"
    mkfifo(pipe, 0o666)
    chmod(pipe, 0o666)
    let child = try ChildProcess(
      "/usr/bin/setpriv",
      ["--reuid", "65534", "--regid", "65534", "--clear-groups", BuiltProgram(program).path]
        + words + [pipe], environment: ["POSTERNCLOUD_STATE": "/nonexistent"])
    defer { child.end(SIGKILL) }
    // The kernel gives a process that may not be dumped to root; before, it is its user's.
    var owner: uid_t?
    let end = Date(timeIntervalSinceNow: DoorWorld.patienceSeconds)
    while owner != 0, Date.now < end, child.poll() == nil {
      usleep(5_000)
      // Before that it is setpriv, which is still root.
      let name = try? String(contentsOfFile: "/proc/\(child.identifier)/comm", encoding: .utf8)
      guard name == program + "\n" else { continue }
      var status = stat()
      owner = stat("/proc/\(child.identifier)/environ", &status) == 0 ? status.st_uid : nil
    }
    #expect(owner == 0)
  }
}
