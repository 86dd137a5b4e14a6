#include "edge/openapi_reference.hpp"

namespace diptych::edge {

namespace {

constexpr std::string_view append_body = R"({"$ref":"#/components/schemas/append"})";

constexpr std::string_view commands_body =
    R"({"type":"array","minItems":1,"maxItems":256,"items":{"type":"object","properties":{)"
    R"("name":{"type":"string","minLength":1},"command":{"type":"object"}},)"
    R"("required":["name","command"],"additionalProperties":false}})";

constexpr std::string_view accepted_answers = R"("200":{"$ref":"#/components/responses/accepted"},)"
                                              R"("201":{"$ref":"#/components/responses/accepted"},)"
                                              R"("202":{"$ref":"#/components/responses/queued"})";

constexpr std::string_view key_header =
    R"({"name":"Idempotency-Key","in":"header","description":"The same key again gets the first answer",)"
    R"("schema":{"type":"string"}},)"
    R"({"name":"If-Match","in":"header","description":)"
    R"("A token: only if nothing that the commands look at has changed since",)"
    R"("schema":{"type":"string"}})";

constexpr std::string_view appended_answer =
    R"("201":{"description":"Recorded","content":{"application/json":{"schema":)"
    R"({"$ref":"#/components/schemas/appended"}}}})";

constexpr std::string_view page_answer =
    R"("200":{"description":"A page; Link leads to the next","content":{"application/json":{"schema":)"
    R"({"$ref":"#/components/schemas/event_page"}}}})";

constexpr std::string_view page_or_stream_answer =
    R"("200":{"description":"A page; Link leads to the next. Or all that comes, as server-sent events",)"
    R"("content":{"application/json":{"schema":{"$ref":"#/components/schemas/event_page"}},)"
    R"("text/event-stream":{"schema":{"type":"string"}}}})";

constexpr std::string_view stream_query =
    R"({"name":"from","in":"query","description":"The version to begin with",)"
    R"("schema":{"type":"integer","minimum":0}},)"
    R"({"name":"limit","in":"query","description":"Events, at most",)"
    R"("schema":{"type":"integer","minimum":1,"maximum":10000,"default":512}},)"
    R"({"name":"direction","in":"query","schema":{"enum":["forward","backward"]}},)"
    R"({"name":"as_of","in":"query","description":"Nothing later than this token, position or time",)"
    R"("schema":{"type":"string"}},)"
    R"({"name":"engine","in":"query","description":"Also the engine's own events",)"
    R"("schema":{"type":"boolean"}})";

constexpr std::string_view events_query =
    R"({"name":"types","in":"query","description":"Any of these, separated by commas",)"
    R"("schema":{"type":"string"}},)"
    R"({"name":"tags","in":"query","description":"All of these, separated by commas",)"
    R"("schema":{"type":"string"}},)"
    R"({"name":"category","in":"query","schema":{"type":"string"}},)"
    R"({"name":"after","in":"query","description":"A token or a position; going backward: before it",)"
    R"("schema":{"type":"string"}},)"
    R"({"name":"limit","in":"query","description":"Events, at most",)"
    R"("schema":{"type":"integer","minimum":1,"maximum":10000,"default":512}},)"
    R"({"name":"direction","in":"query","schema":{"enum":["forward","backward"]}},)"
    R"({"name":"as_of","in":"query","description":"Nothing later than this token, position or time",)"
    R"("schema":{"type":"string"}},)"
    R"({"name":"engine","in":"query","description":"Also the engine's own events",)"
    R"("schema":{"type":"boolean"}},)"
    R"({"name":"Last-Event-ID","in":"header","description":"Where a stream goes on",)"
    R"("schema":{"type":"string"}})";

constexpr std::string_view log_query =
    R"({"name":"segment","in":"query","description":"Its first position; 0: the first segment",)"
    R"("schema":{"type":"integer","minimum":0}},)"
    R"({"name":"offset","in":"query","schema":{"type":"integer","minimum":0}},)"
    R"({"name":"epoch","in":"query","schema":{"type":"integer","minimum":0}},)"
    R"({"name":"at","in":"query","description":"The last position that the copy has",)"
    R"("schema":{"type":"integer","minimum":0}},)"
    R"({"name":"chain","in":"query","description":"The hash chain there, in hexadecimal digits",)"
    R"("schema":{"type":"string","pattern":"^[0-9a-fA-F]{64}$"}})";

constexpr std::string_view log_answer =
    R"("200":{"description":"Bytes of a segment; the headers say which",)"
    R"("content":{"application/octet-stream":{}}})";

constexpr std::string_view json_answer = reference_json_answer;

constexpr std::string_view health_answer =
    R"("200":{"description":"Ready","content":{"application/json":{}}},)"
    R"("503":{"description":"Not ready, and why","content":{"application/json":{}}})";

constexpr std::string_view text_answer =
    R"("200":{"description":"See the reference","content":{"text/plain":{}}})";

constexpr std::string_view version_query =
    R"({"name":"version","in":"query","description":"Of the view; else the one that is served",)"
    R"("schema":{"type":"string"}})";

constexpr std::string_view letters_query =
    R"({"name":"after","in":"query","description":"A position: those behind it",)"
    R"("schema":{"type":"integer","minimum":0}},)"
    R"({"name":"limit","in":"query","schema":{"type":"integer","minimum":1,"maximum":1000,)"
    R"("default":100}},)"
    R"({"name":"version","in":"query","description":"Of the view; else the one that is served",)"
    R"("schema":{"type":"string"}})";

constexpr std::string_view put_query =
    R"({"name":"switch","in":"query","description":"Whether it is served once it has been built",)"
    R"("schema":{"enum":["by_itself","by_hand"]}})";

constexpr std::string_view put_answers =
    R"("200":{"description":"It is served"},"201":{"description":"A new view"},)"
    R"("202":{"description":"It is being built; Location says where that is told"})";

constexpr std::string_view no_content = R"("204":{"description":"Done"})";

constexpr std::string_view begun_answer = R"("202":{"description":"It is being built"})";

constexpr std::string_view switched_answers =
    R"("200":{"description":"It is served"},"202":{"description":"It is, once it has caught up"})";

constexpr std::string_view compare_query =
    R"({"name":"with","in":"query","description":"A version; else what a replay makes",)"
    R"("schema":{"type":"string"}},)"
    R"({"name":"differences","in":"query","description":"Rows told, at most",)"
    R"("schema":{"type":"integer","minimum":0}})";

constexpr std::string_view file_query =
    R"({"name":"file","in":"query","description":"Its name, for what is said of it",)"
    R"("schema":{"type":"string"}})";

constexpr std::string_view letters = "/views/{view}/dead-letters";
constexpr std::string_view retry_letters = "/views/{view}/dead-letters/retry";
constexpr std::string_view one_letter = "/views/{view}/dead-letters/{position}";
constexpr std::string_view retry_letter = "/views/{view}/dead-letters/{position}/retry";

constexpr reference_operation operations[] = {
    {"POST", "/commands", key_header, commands_body, accepted_answers, "400 409 412 422 500 503"},
    {"POST", "/events", "", append_body, appended_answer, "400 410 412 422 500 503"},
    {"GET", "/events", events_query, "", page_or_stream_answer, "400 410 500 503"},
    {"GET", "/streams/{stream}", stream_query, "", page_answer, "400 410 500 503"},
    {"GET", "/log", log_query, "", log_answer, "400 412 500 503"},
    {"GET", "/views", "", "", json_answer, "500 503"},
    {"PUT", "/views/{view}", put_query, "", put_answers, "400 403 409 422 500 503"},
    {"GET", "/views/{view}/versions", "", "", json_answer, "404 500 503"},
    {"DELETE", "/views/{view}/versions/{version}", "", "", no_content, "404 409 500 503"},
    {"POST", "/views/{view}/rebuild", "", "", begun_answer, "404 409 500 503"},
    {"POST", "/views/{view}/switch", version_query, "", switched_answers, "400 404 409 500 503"},
    {"POST", "/views/{view}/back", "", "", switched_answers, "404 409 500 503"},
    {"POST", "/views/{view}/resume", "", "", no_content, "404 500 503"},
    {"GET", "/views/{view}/compare", compare_query, "", json_answer, "400 404 500 503"},
    {"GET", "/views/{view}/hash", version_query, "", json_answer, "400 404 500 503"},
    {"POST", "/views/{view}/what-if", "", reference_what_if_body, json_answer, "400 404 500 503"},
    {"POST", "/view-files/check", file_query, "", json_answer, "400 500 503"},
    {"GET", letters, letters_query, "", json_answer, "400 404 500 503"},
    {"DELETE", letters, version_query, "", json_answer, "400 404 500 503"},
    {"POST", retry_letters, version_query, "", json_answer, "400 404 500 503"},
    {"GET", one_letter, version_query, "", json_answer, "400 404 500 503"},
    {"DELETE", one_letter, version_query, "", json_answer, "400 404 500 503"},
    {"POST", retry_letter, version_query, "", json_answer, "400 404 500 503"},
    {"GET", "/health", "", "", health_answer, ""},
    {"GET", "/health/live", "", "", json_answer, ""},
    {"GET", "/metrics", "", "", text_answer, "503"},
    {"GET", "/openapi.json", "", "", json_answer, "503"},
    {"GET", "/", "", "", json_answer, "503"},
};

}  // namespace

reference_operation const* find_reference(std::string_view method, std::string_view pattern) {
    for (auto const& one : operations)
        if (one.method == method && one.pattern == pattern) return &one;
    return find_messaging_reference(method, pattern);
}

constinit std::string_view const reference_schemas =
    R"("problem":{"type":"object","properties":{"type":{"type":"string"},"title":{"type":"string"},)"
    R"("status":{"type":"integer"},"code":{"type":"string"},"detail":{"type":"string"},)"
    R"("kind":{"type":"string"}},"required":["type","title","status","code","detail"]},)"
    R"("outcome":{"type":"object","properties":{"outcome":{"enum":["accepted"]},)"
    R"("token":{"type":"string"},"events":{"type":"array","items":{"type":"object","properties":{)"
    R"("type":{"type":"string"},"stream":{"type":"string"},"version":{"type":"integer"},)"
    R"("position":{"type":"integer"}}}},"location":{"type":"string"},"repeated":{"type":"boolean"},)"
    R"("view_behind":{"type":"boolean"}},"required":["outcome","token","events"]},)"
    R"("event":{"type":"object","properties":{"position":{"type":"integer"},)"
    R"("token":{"type":"string"},"stream":{"type":"string"},"version":{"type":"integer"},)"
    R"("type":{"type":"string"},"id":{"type":"string","format":"uuid"},)"
    R"("recorded_at":{"type":"string","format":"date-time"},)"
    R"("tags":{"type":"array","items":{"type":"string"}},"data":{"type":["object","null"]},)"
    R"("metadata":{"type":"object"},"erased":{"type":"boolean"}},)"
    R"("required":["position","token","stream","version","type","id","recorded_at","tags","data",)"
    R"("metadata"]},)"
    R"("event_page":{"type":"object","properties":{"stream":{"type":"string"},)"
    R"("version":{"type":"integer"},"events":{"type":"array","items":)"
    R"({"$ref":"#/components/schemas/event"}},"seen":{"type":"string"},)"
    R"("at_end":{"type":"boolean"}},"required":["events","seen","at_end"]},)"
    R"("append":{"type":"object","properties":{"events":{"type":"array","items":{"type":"object",)"
    R"("properties":{"id":{"type":"string","format":"uuid"},"stream":{"type":"string","minLength":1},)"
    R"("type":{"type":"string","pattern":"^[^$]"},"tags":{"type":"array","items":{"type":"string"}},)"
    R"("data":{"type":"object"},"metadata":{"type":"object"}},"required":["stream","type"],)"
    R"("additionalProperties":false}},"expect":{"type":"object","additionalProperties":{"anyOf":[)"
    R"({"type":"integer","minimum":0},{"enum":["any","no_stream","exists"]}]}},)"
    R"("unless":{"type":"object","properties":{"query":{"type":"array","items":{"type":"object",)"
    R"("properties":{"types":{"type":"array","items":{"type":"string"}},)"
    R"("tags":{"type":"array","items":{"type":"string"}}},"additionalProperties":false}},)"
    R"("after":{"type":"string"}},"required":["query"],"additionalProperties":false}},)"
    R"("required":["events"],"additionalProperties":false},)"
    R"("message":{"type":"object","properties":{"message_id":{"type":"string","minLength":1},)"
    R"("stream":{"type":"string","minLength":1},"version":{"type":"integer","minimum":1},)"
    R"("type":{"type":"string","pattern":"^[^$]"},"data":{"type":"object"},)"
    R"("occurred_at":{"type":"string"}},"required":["message_id","stream","type","data"],)"
    R"("additionalProperties":false},)"
    R"("message_result":{"type":"object","properties":{"message_id":{"type":"string"},)"
    R"("outcome":{"enum":["recorded","duplicate","stale","held","dropped","refused","failed"]},)"
    R"("position":{"type":"integer"},"token":{"type":"string"},"why":{"type":"string"},)"
    R"("index":{"type":"integer"},"code":{"type":"string"},"detail":{"type":"string"}},)"
    R"("required":["message_id","outcome"]},)"
    R"("queued":{"type":"object","properties":{"id":{"type":"string"},"status":{"type":"string"},)"
    R"("location":{"type":"string"},"token":{"type":"string"},"commands":{"type":"array","items":)"
    R"({"type":"object","properties":{"id":{"type":"string"},"status":{"type":"string"},)"
    R"("location":{"type":"string"}},"required":["id","status","location"]}}},)"
    R"("required":["id","token"]},)"
    R"("appended":{"type":"object","properties":{"token":{"type":"string"},)"
    R"("first":{"type":"integer"},"count":{"type":"integer"},"versions":{"type":"object",)"
    R"("additionalProperties":{"type":"integer"}},"repeated":{"type":"boolean"},)"
    R"("view_behind":{"type":"boolean"}},"required":["token","count","versions"]})";

constinit std::string_view const reference_responses =
    R"("problem":{"description":"Problem Details, RFC 9457","content":{"application/problem+json":)"
    R"({"schema":{"$ref":"#/components/schemas/problem"}}}},)"
    R"("accepted":{"description":"Accepted, durable and shown by inline views","content":)"
    R"({"application/json":{"schema":{"$ref":"#/components/schemas/outcome"}}}},)"
    R"("queued":{"description":"Stored; it is executed then. Location says what becomes of it",)"
    R"("content":{"application/json":{"schema":{"$ref":"#/components/schemas/queued"}}}})";

}  // namespace diptych::edge
