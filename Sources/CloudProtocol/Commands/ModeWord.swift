/// The modes that can be ordered of a door for a while. Fire alarms and schedules have modes of
/// their own.
public enum ModeWord: String, Sendable, Hashable, Codable, CaseIterable {
  /// Ends maintenance, of either kind.
  case off
  /// Maintenance: the relay is latched open.
  case forceOpen = "force-open"
  /// Maintenance: only an admin override opens.
  case forceClosed = "force-closed"
  /// Only an admin override opens; stronger than maintenance.
  case lockdown
  case endLockdown = "end-lockdown"
}
