#include "bench/members.h"

#include <fmt/format.h>

#include <charconv>
#include <sstream>
#include <stdexcept>
#include <string_view>
#include <system_error>

namespace decree::bench {
namespace {

template <typename Number>
bool read_number(std::string_view text, Number& value) {
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  return error == std::errc{} && stop == end;
}

Member parse_member(const std::string& text) {
  const std::size_t equals = text.find('=');
  const std::size_t colon = text.rfind(':');  // the host may be an IPv6 address
  Member member;
  if (equals != std::string::npos && colon != std::string::npos && equals < colon) {
    const std::string_view view(text);
    member.host = text.substr(equals + 1, colon - equals - 1);
    const bool read = read_number(view.substr(0, equals), member.id.value) &&
                      read_number(view.substr(colon + 1), member.port);
    if (read && !member.host.empty()) return member;
  }
  throw std::runtime_error(
      fmt::format("\"{}\" in --members does not read id=host:port, like 2=10.0.0.2:7100", text));
}

}  // namespace

std::vector<Member> parse_members(const std::string& text) {
  std::vector<Member> members;
  std::istringstream list(text);
  for (std::string each; std::getline(list, each, ',');) members.push_back(parse_member(each));
  return members;
}

}  // namespace decree::bench
