#include "sim/string_model.h"

#include <charconv>
#include <cstdint>
#include <string>
#include <string_view>

namespace decree::sim {
namespace {

std::optional<std::int64_t> number_in(const Value& value) {
  if (!value) return 0;
  std::int64_t number = 0;
  const char* end = value->data() + value->size();
  const auto [stopped, error] = std::from_chars(value->data(), end, number);
  if (error != std::errc() || stopped != end) return std::nullopt;
  return number;
}

std::optional<Value> answer_checked(const Operation& operation, const Value& answer, Value after) {
  if (operation.outcome == Outcome::done && operation.result != answer) return std::nullopt;
  return after;
}

std::optional<Value> increment(const Operation& operation, const Value& before) {
  const auto number = number_in(before);
  if (!number) return std::nullopt;
  const Value after = std::to_string(*number + 1);
  return answer_checked(operation, after, after);
}

std::int64_t length_after(const Operation& appending, const Value& before) {
  return static_cast<std::int64_t>((before ? before->size() : 0) + appending.argument.size());
}

std::optional<Value> append(const Operation& operation, const Value& before) {
  if (operation.outcome == Outcome::done &&
      number_in(operation.result) != length_after(operation, before)) {
    return std::nullopt;
  }
  return before.value_or("") + operation.argument;
}

bool begins_with(const Value& value, const Value& beginning) {
  if (!beginning) return true;
  return value && std::string_view(*value).starts_with(*beginning);
}

}  // namespace

std::optional<Value> take_effect(const Operation& operation, const Value& before) {
  switch (operation.kind) {
    case OperationKind::get:
      return answer_checked(operation, before, before);
    case OperationKind::set:
      return Value(operation.argument);
    case OperationKind::getset:
      return answer_checked(operation, before, operation.argument);
    case OperationKind::increment:
      return increment(operation, before);
    case OperationKind::append:
      return append(operation, before);
  }
  return std::nullopt;
}

bool still_possible(const Operation& operation, const Value& value) {
  const auto is = number_in(value);
  const auto answered = number_in(operation.result);
  switch (operation.kind) {
    case OperationKind::get:
      return begins_with(operation.result, value) || (value && is && answered && *is <= *answered);
    case OperationKind::increment:
      return is && answered && *is < *answered;
    case OperationKind::append:
      return answered && length_after(operation, value) <= *answered;
    case OperationKind::set:
    case OperationKind::getset:
      return true;
  }
  return true;
}

}  // namespace decree::sim
