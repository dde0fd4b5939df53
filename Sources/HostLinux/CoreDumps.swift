import CLinux
import Glibc

/// Core dumps, which would hold every key of the program.
public enum CoreDumps {
  /// Has the kernel write none of this process, neither into a file nor to a program such as
  /// systemd-coredump, for which a limit of zero bytes does not count. Other processes of the same user
  /// can then not read its memory either. prctl(2), PR_SET_DUMPABLE. Call it first: an executed program
  /// begins with the kernel's default.
  public static func forbid() {
    var none = rlimit(rlim_cur: 0, rlim_max: 0)
    setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &none)
    _ = postern_forbid_dumps()
  }
}
