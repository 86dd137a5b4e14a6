/// @file
/// What /openapi.json says that is the same on every site.
#pragma once

#include <string_view>

namespace diptych::edge {

/// One of the engine's own routes. The texts are JSON.
struct reference_operation {
    std::string_view method;  ///< "GET"
    std::string_view pattern;
    std::string_view query;     ///< Parameter objects, separated by commas.
    std::string_view body;      ///< Schema of the request body; empty: none.
    std::string_view answers;   ///< Members of `responses` for what goes well.
    std::string_view problems;  ///< Statuses, separated by blanks.
};

/// Null if the route is an application's.
reference_operation const* find_reference(std::string_view method, std::string_view pattern);

/// As above, of messages: what comes in and goes out, what waits, what is on record.
reference_operation const* find_messaging_reference(
    std::string_view method, std::string_view pattern
);

inline constexpr std::string_view reference_json_answer =
    R"("200":{"description":"See the reference","content":{"application/json":{}}})";

/// Schema of the body of a question what would be otherwise.
inline constexpr std::string_view reference_what_if_body =
    R"({"type":"object","properties":{"view":{"type":"string"},"insert":{"type":"array","items":)"
    R"({"type":"object","properties":{"after":{"type":["integer","string"]},)"
    R"("recorded_at":{"type":"string"},"stream":{"type":"string","minLength":1},)"
    R"("type":{"type":"string","pattern":"^[^$]"},"tags":{"type":"array","items":{"type":"string"}},)"
    R"("data":{"type":"object"},"metadata":{"type":"object"},"id":{"type":"string"}},)"
    R"("required":["after","stream","type"],"additionalProperties":false}},)"
    R"("without":{"type":"object","properties":{"positions":{"type":"array","items":)"
    R"({"type":["integer","string"]}},"types":{"type":"array","items":{"type":"string"}}},)"
    R"("additionalProperties":false},"as_of":{"type":["integer","string"]},)"
    R"("differences":{"type":"integer","minimum":0}},"additionalProperties":false})";

/// Parameters of commands that are queued.
inline constexpr std::string_view reference_queue_parameters =
    R"({"name":"async","in":"query","description":"It is stored and answered 202, and executed then",)"
    R"("allowEmptyValue":true,"schema":{"type":"string"}},)"
    R"({"name":"key","in":"query","description":"Queued commands of one key wait for each other",)"
    R"("schema":{"type":"string","minLength":1}},)"
    R"({"name":"priority","in":"query","description":"Of a queued one; higher ones go first",)"
    R"("schema":{"type":"integer","minimum":0,"maximum":9,"default":0}},)"
    R"({"name":"deliver_at","in":"query","description":"A queued one is not executed before this time",)"
    R"("schema":{"type":"string","format":"date-time"}},)"
    R"({"name":"delay_seconds","in":"query","description":"As above, from now",)"
    R"("schema":{"type":"integer","minimum":0}},)"
    R"({"name":"expires","in":"query","description":"A queued one is not executed from then on",)"
    R"("schema":{"type":"string","format":"date-time"}},)"
    R"({"name":"ttl_seconds","in":"query","description":"As above, from now",)"
    R"("schema":{"type":"integer","minimum":0}})";

/// Members of `components.schemas` and of `components.responses`.
extern std::string_view const reference_schemas;
extern std::string_view const reference_responses;

}  // namespace diptych::edge
