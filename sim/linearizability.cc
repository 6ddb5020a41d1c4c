#include "sim/linearizability.h"

#include <fmt/format.h>

#include <map>
#include <string_view>
#include <vector>

#include "sim/key_search.h"

namespace decree::sim {
namespace {

std::string_view name(OperationKind kind) {
  switch (kind) {
    case OperationKind::get:
      return "GET";
    case OperationKind::set:
      return "SET";
    case OperationKind::getset:
      return "GETSET";
    case OperationKind::increment:
      return "INCR";
    case OperationKind::append:
      return "APPEND";
  }
  return "?";
}

// Long values are recognised by their ends.
std::string shortened(std::string_view text) {
  constexpr std::size_t kEnd = 30;
  if (text.size() <= 2 * kEnd + 5) return fmt::format("\"{}\"", text);
  return fmt::format("\"{}...{}\" ({} bytes)", text.substr(0, kEnd),
                     text.substr(text.size() - kEnd), text.size());
}

std::string answer(const Operation& operation) {
  if (operation.outcome == Outcome::failed) return "failed";
  if (operation.outcome == Outcome::unknown) return "unknown";
  if (operation.kind == OperationKind::set) return "OK";
  return operation.result ? shortened(*operation.result) : "(none)";
}

double milliseconds(std::int64_t ns) { return static_cast<double>(ns) / 1e6; }

}  // namespace

std::string describe(const Operation& operation, std::int64_t origin_ns) {
  std::string request = fmt::format("{} {}", name(operation.kind), operation.key);
  if (!operation.argument.empty()) request += " " + shortened(operation.argument);
  const std::string until =
      operation.outcome == Outcome::unknown
          ? "never"
          : fmt::format("{:.6f}", milliseconds(operation.returned_ns - origin_ns));
  return fmt::format("client {:<3} [{:.6f} .. {} ms] {} -> {}", operation.client,
                     milliseconds(operation.invoked_ns - origin_ns), until, request,
                     answer(operation));
}

Linearizability check_linearizable(std::span<const Operation> history) {
  std::map<std::string_view, std::vector<const Operation*>> by_key;
  for (const Operation& operation : history) by_key[operation.key].push_back(&operation);
  for (auto& [key, operations] : by_key) {
    Linearizability verdict = KeySearch(std::move(operations)).run();
    if (!verdict) return verdict;
  }
  return {};
}

}  // namespace decree::sim
