import ConsoleProtocol
import HTTPTypes
import Hummingbird

/// Answers every failure, including the server's own, with the JSON of a ``ConsoleProblem``.
struct ProblemMiddleware: RouterMiddleware {
  func handle(
    _ request: Request, context: BasicRequestContext,
    next: (Request, BasicRequestContext) async throws -> Response
  ) async throws -> Response {
    do { return try await next(request, context) } catch {
      let problem = Self.problem(error, request)
      return try ConsoleRoutes.json(problem, status: Self.status(of: problem.kind))
    }
  }

  private static func problem(_ error: any Error, _ request: Request) -> ConsoleProblem {
    if let problem = error as? ConsoleProblem { return problem }
    guard let answer = error as? any HTTPResponseError else {
      return ConsoleProblem(.unavailable, "the request failed: \(error)")
    }
    guard answer.status == .notFound else {
      return ConsoleProblem(.invalid, "the request was refused: \(answer.status)")
    }
    return ConsoleProblem(
      .notFound, "there is no \(request.method) \(request.uri.path.prefix(128))")
  }

  private static func status(of kind: ConsoleProblem.Kind) -> HTTPResponse.Status {
    switch kind {
    case .invalid: .badRequest
    case .notFound: .notFound
    case .refused: .conflict
    case .unavailable: .serviceUnavailable
    }
  }
}
