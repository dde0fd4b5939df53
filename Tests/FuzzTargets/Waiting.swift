import Dispatch
import Synchronization

/// Waits for an async operation on the caller's own thread, which a fuzzer has.
func waiting<Value: Sendable>(
  for body: @escaping @Sendable () async throws -> Value
) throws -> Value {
  let answer = Mutex<Result<Value, any Error>?>(nil)
  let done = DispatchSemaphore(value: 0)
  Task.detached {
    let result: Result<Value, any Error>
    do { result = .success(try await body()) } catch { result = .failure(error) }
    answer.withLock { $0 = result }
    done.signal()
  }
  done.wait()
  guard let result = answer.withLock({ $0 }) else { throw FuzzFinding("no answer came") }
  return try result.get()
}
