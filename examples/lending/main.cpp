/// @file
/// lending: serves the library at http://127.0.0.1:8080 and keeps it in the folder `lending`. Start
/// it at the top of the project. `lending explain` says what the engine has understood.
// [main]
#include "domain.hpp"

#include <diptych/application.hpp>
#include <diptych/explain.hpp>

int main(int count, char** words) {
    if (auto const done = diptych::explained<lending::context>(count, words)) return *done;
    auto app = diptych::application{{.data = "lending"}};
    app.add<lending::context>().views("examples/lending/views");
    return diptych::exit_code(app.serve({.http = "127.0.0.1:8080"}));
}
// [main]
