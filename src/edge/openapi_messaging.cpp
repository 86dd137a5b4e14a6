#include "edge/openapi_reference.hpp"

namespace diptych::edge {

namespace {

constexpr std::string_view message_body =
    R"({"anyOf":[{"$ref":"#/components/schemas/message"},)"
    R"({"type":"array","maxItems":1000,"items":{"$ref":"#/components/schemas/message"}}]})";

constexpr std::string_view message_answers =
    R"("200":{"description":"A duplicate or stale; or the results of an array, in its order",)"
    R"("content":{"application/json":{"schema":{"anyOf":[)"
    R"({"$ref":"#/components/schemas/message_result"},{"type":"object","properties":{"results":)"
    R"({"type":"array","items":{"$ref":"#/components/schemas/message_result"}},)"
    R"("token":{"type":"string"}},"required":["results"]}]}}}},)"
    R"("201":{"description":"Recorded","content":{"application/json":{"schema":)"
    R"({"$ref":"#/components/schemas/message_result"}}}},)"
    R"("202":{"description":"Held, until what it waits for has come","content":{"application/json":)"
    R"({"schema":{"$ref":"#/components/schemas/message_result"}}}})";

constexpr std::string_view any_body = "{}";

constexpr std::string_view taken_answers =
    R"("200":{"description":"Its effect is durable","content":{"application/json":{"schema":)"
    R"({"type":"object","properties":{"outcome":{"enum":["done","repeated","refused"]},)"
    R"("token":{"type":"string"},"why":{"type":"string"},"messages":{"type":"array"}},)"
    R"("anyOf":[{"required":["outcome"]},{"required":["messages"]}]}}}},)"
    R"("202":{"description":"It waits, or is a dead letter","content":{"application/json":)"
    R"({"schema":{"type":"object","properties":{"outcome":{"enum":["held","parked"]},)"
    R"("token":{"type":"string"},"why":{"type":"string"},"messages":{"type":"array"}},)"
    R"("anyOf":[{"required":["outcome"]},{"required":["messages"]}]}}}})";

constexpr std::string_view retried_answer =
    R"("201":{"description":"Recorded","content":{"application/json":{"schema":)"
    R"({"$ref":"#/components/schemas/message_result"}}}})";

constexpr std::string_view dropped_answer =
    R"("200":{"description":"It will never pass","content":{"application/json":{"schema":)"
    R"({"$ref":"#/components/schemas/message_result"}}}})";

constexpr std::string_view held_query =
    R"({"name":"after","in":"query","description":"The next of the page before",)"
    R"("schema":{"type":"string"}},)"
    R"({"name":"limit","in":"query","description":"Messages, at most",)"
    R"("schema":{"type":"integer","minimum":1,"maximum":1000,"default":100}})";

constexpr std::string_view streams_query =
    R"({"name":"after","in":"query","description":"A stream: those behind it",)"
    R"("schema":{"type":"string"}},)"
    R"({"name":"limit","in":"query","description":"Streams, at most",)"
    R"("schema":{"type":"integer","minimum":1,"maximum":1000,"default":100}})";

constexpr std::string_view channel_errors = "400 403 404 500 503";

constexpr std::string_view a_json_answer = reference_json_answer;

constexpr std::string_view nothing_more = R"("204":{"description":"Done"})";

constexpr std::string_view tried_again =
    R"("202":{"description":"It is tried again; the number says how many are",)"
    R"("content":{"application/json":{"schema":{"type":"object",)"
    R"("additionalProperties":{"type":"integer"}}}}})";

constexpr std::string_view recorded_at_token =
    R"("200":{"description":"On record","content":{"application/json":{"schema":{"type":"object",)"
    R"("properties":{"token":{"type":"string"}},"required":["token"]}}}})";

constexpr std::string_view page_query =
    R"({"name":"after","in":"query","description":"Behind this one; Link has it",)"
    R"("schema":{"type":"string"}},)"
    R"({"name":"limit","in":"query","schema":{"type":"integer","minimum":1,"maximum":1000,)"
    R"("default":100}})";

constexpr std::string_view instances_query =
    R"({"name":"state","in":"query","schema":{"enum":["running","finished","parked"]}},)"
    R"({"name":"after","in":"query","description":"Behind this instance",)"
    R"("schema":{"type":"string"}},)"
    R"({"name":"limit","in":"query","schema":{"type":"integer","minimum":1,"maximum":1000,)"
    R"("default":100}})";

constexpr std::string_view queued_query =
    R"({"name":"status","in":"query","schema":{"enum":["waiting","dead"]}},)"
    R"({"name":"after","in":"query","description":"Behind this position",)"
    R"("schema":{"type":"integer","minimum":0}},)"
    R"({"name":"limit","in":"query","schema":{"type":"integer","minimum":1,"maximum":1000,)"
    R"("default":100}})";

constexpr std::string_view receive_query =
    R"({"name":"limit","in":"query","description":"Commands, at most",)"
    R"("schema":{"type":"integer","minimum":1,"maximum":100,"default":1}},)"
    R"({"name":"lease_seconds","in":"query","description":"They are handed out again after that",)"
    R"("schema":{"type":"integer","minimum":1,"maximum":43200,"default":30}})";

constexpr std::string_view lease_query =
    R"({"name":"lease","in":"query","required":true,"description":"As it came with the command",)"
    R"("schema":{"type":"string"}})";

constexpr std::string_view refuse_query =
    R"({"name":"lease","in":"query","required":true,"description":"As it came with the command",)"
    R"("schema":{"type":"string"}},)"
    R"({"name":"reason","in":"query","required":true,"description":"A word: sold_out",)"
    R"("schema":{"type":"string","minLength":1}},)"
    R"({"name":"detail","in":"query","schema":{"type":"string"}})";

constexpr std::string_view abandon_query =
    R"({"name":"lease","in":"query","required":true,"description":"As it came with the command",)"
    R"("schema":{"type":"string"}},)"
    R"({"name":"reason","in":"query","schema":{"type":"string"}})";

constexpr std::string_view renew_query =
    R"({"name":"lease","in":"query","required":true,"description":"As it came with the command",)"
    R"("schema":{"type":"string"}},)"
    R"({"name":"lease_seconds","in":"query","description":"From now on",)"
    R"("schema":{"type":"integer","minimum":1,"maximum":43200,"default":30}})";

constexpr std::string_view effects_body = R"({"$ref":"#/components/schemas/append"})";

constexpr std::string_view messages_query =
    R"({"name":"kind","in":"query","schema":{"enum":["event","command","record"]}},)"
    R"({"name":"type","in":"query","description":"Of an event, or a command's name; may repeat",)"
    R"("schema":{"type":"string"}},)"
    R"({"name":"stream","in":"query","schema":{"type":"string"}},)"
    R"({"name":"user","in":"query","schema":{"type":"string"}},)"
    R"({"name":"correlation","in":"query","schema":{"type":"string"}},)"
    R"({"name":"outcome","in":"query","description":"accepted, refused, or the kind of an error",)"
    R"("schema":{"type":"string"}},)"
    R"({"name":"from","in":"query","description":"A time, position or token; it counts",)"
    R"("schema":{"type":"string"}},)"
    R"({"name":"to","in":"query","description":"A time, position or token; it counts",)"
    R"("schema":{"type":"string"}},)"
    R"({"name":"after","in":"query","description":"A token or a position",)"
    R"("schema":{"type":"string"}},)"
    R"({"name":"limit","in":"query","schema":{"type":"integer","minimum":1,"maximum":1000,)"
    R"("default":100}},)"
    R"({"name":"engine","in":"query","description":"Also the engine's own records",)"
    R"("schema":{"type":"boolean"}})";

constexpr std::string_view messages_answer =
    R"("200":{"description":"A page; Link leads to the next","content":{"application/json":{"schema":)"
    R"({"type":"object","properties":{"messages":{"type":"array","items":{"type":"object",)"
    R"("properties":{"kind":{"enum":["event","command","record"]},"position":{"type":"integer"},)"
    R"("token":{"type":"string"},"type":{"type":"string"}},"required":["kind","position","type"]}},)"
    R"("seen":{"type":"integer"},"at_end":{"type":"boolean"}},)"
    R"("required":["messages","seen","at_end"]}}}})";

constexpr std::string_view trace_query =
    R"({"name":"format","in":"query","schema":{"enum":["json","text","mermaid","dot"],)"
    R"("default":"json"}})";

constexpr std::string_view trace_answer =
    R"("200":{"description":"Each step behind the one that it follows from","content":{)"
    R"("application/json":{"schema":{"type":"object","properties":{"correlation_id":{"type":"string"},)"
    R"("messages":{"type":"integer"},"is_cut":{"type":"boolean"},"steps":{"type":"array","items":)"
    R"({"type":"object","properties":{"kind":{"enum":["command","event","reaction","timer","queued",)"
    R"("record"]},"name":{"type":"string"},"follows":{"type":"integer","minimum":0}},)"
    R"("required":["kind","name"]}}},"required":["correlation_id","messages","is_cut","steps"]}},)"
    R"("text/plain":{},"text/vnd.graphviz":{}}})";

constexpr std::string_view map_answer =
    R"("200":{"description":"See the reference","content":{"application/json":{},"text/plain":{},)"
    R"("text/vnd.graphviz":{}}})";

constexpr std::string_view state_query =
    R"({"name":"id","in":"query","description":"\"product-p1\"; may repeat",)"
    R"("schema":{"type":"string"}},)"
    R"({"name":"as_of","in":"query","description":"Nothing later than this token, position or time",)"
    R"("schema":{"type":"string"}},)"
    R"({"name":"version","in":"query","description":"Of the first id's stream, instead of as_of",)"
    R"("schema":{"type":"integer","minimum":0}})";

constexpr std::string_view state_answer =
    R"("200":{"description":"The state there","content":{"application/json":{"schema":)"
    R"({"type":"object","properties":{"state":{"type":"string"},"ids":{"type":"array","items":)"
    R"({"type":"string"}},"at":{"type":"string"},"value":{}},"required":["state","ids","at","value"]}}}})";

constexpr std::string_view message_errors = "400 404 500 503";

constexpr reference_operation messaging_operations[] = {
    {"POST", "/inbox/{source}", "", message_body, message_answers, "400 403 404 409 422 500 503"},
    {"GET", "/inbox", "", "", a_json_answer, "400 403 500 503"},
    {"GET", "/inbox/{source}", "", "", a_json_answer, "400 403 404 500 503"},
    {"GET", "/inbox/{source}/held", held_query, "", a_json_answer, "400 403 404 500 503"},
    {"GET", "/inbox/{source}/dead-letters", held_query, "", a_json_answer, "400 403 404 500 503"},
    {"POST",
     "/inbox/{source}/dead-letters/{message_id}/retry",
     "",
     "",
     retried_answer,
     "400 403 404 409 422 500 503"},
    {"DELETE",
     "/inbox/{source}/dead-letters/{message_id}",
     "",
     "",
     dropped_answer,
     "400 403 404 500 503"},
    {"GET", "/channels", "", "", a_json_answer, "400 403 500 503"},
    {"GET", "/channels/{channel}", "", "", a_json_answer, "400 403 404 500 503"},
    {"POST", "/channels/{channel}/resume", "", "", a_json_answer, "400 403 404 500 503"},
    {"GET", "/channels/{channel}/dead-letters", streams_query, "", a_json_answer, channel_errors},
    {"POST", "/channels/{channel}/dead-letters/retry", "", "", a_json_answer, channel_errors},
    {"POST",
     "/channels/{channel}/dead-letters/{stream}/retry",
     "",
     "",
     a_json_answer,
     channel_errors},
    {"DELETE", "/channels/{channel}/dead-letters/{stream}", "", "", a_json_answer, channel_errors},
    {"POST", "/channels/{channel}/messages", "", any_body, taken_answers, "400 403 404 409 500 503"
    },
    {"GET", "/processes", "", "", a_json_answer, "400 500 503"},
    {"GET", "/processes/{process}/instances", instances_query, "", a_json_answer, message_errors},
    {"GET", "/processes/{process}/instances/{instance}", "", "", a_json_answer, message_errors},
    {"POST", "/processes/{process}/instances/{instance}/retry", "", "", tried_again, message_errors
    },
    {"GET", "/processes/{process}/dead-letters", page_query, "", a_json_answer, message_errors},
    {"DELETE", "/processes/{process}/dead-letters/{position}", "", "", nothing_more, message_errors
    },
    {"POST", "/processes/{process}/retry", "", "", tried_again, message_errors},
    {"GET", "/queued", queued_query, "", a_json_answer, message_errors},
    {"GET", "/queued/{id}", "", "", a_json_answer, message_errors},
    {"POST", "/queued/retry", "", "", tried_again, message_errors},
    {"POST", "/queued/{id}/retry", "", "", tried_again, message_errors},
    {"DELETE", "/queued/{id}", "", "", nothing_more, "400 404 409 500 503"},
    {"POST", "/queue/{name}/receive", receive_query, "", a_json_answer, message_errors},
    {"POST",
     "/queue/{name}/{id}/complete",
     lease_query,
     effects_body,
     recorded_at_token,
     "400 404 409 412 422 500 503"},
    {"POST",
     "/queue/{name}/{id}/refuse",
     refuse_query,
     "",
     recorded_at_token,
     "400 404 409 412 500 503"},
    {"POST",
     "/queue/{name}/{id}/abandon",
     abandon_query,
     "",
     nothing_more,
     "400 404 409 412 500 503"},
    {"POST", "/queue/{name}/{id}/renew", renew_query, "", a_json_answer, "400 404 409 412 500 503"},
    {"GET", "/messages", messages_query, "", messages_answer, message_errors},
    {"GET", "/trace/{correlation}", trace_query, "", trace_answer, message_errors},
    {"GET", "/map", trace_query, "", map_answer, "400 500 503"},
    {"GET", "/states/{state}", state_query, "", state_answer, "400 404 410 500 503"},
    {"POST", "/decisions/what-if", "", reference_what_if_body, a_json_answer, "400 404 500 503"},
};

}  // namespace

reference_operation const* find_messaging_reference(
    std::string_view method, std::string_view pattern
) {
    for (auto const& one : messaging_operations)
        if (one.method == method && one.pattern == pattern) return &one;
    return nullptr;
}

}  // namespace diptych::edge
