/// @file
/// Scenarios of diptych/testing.hpp against a real log: the same tests, through everything that a
/// command passes in production.
///
/// One line in one source file of a test program, linked with the whole library:
///
///     static diptych::testing::use_runner const here{diptych::testing::runner_as_told()};
///
/// and the environment says where its scenarios run:
///
///     DIPTYCH_SCENARIOS=segments ./my_tests
///
/// What was given is appended to a log of its own for each scenario, the command is executed by an
/// application on it, and what is compared is what was recorded.
#pragma once

#include <diptych/testing.hpp>

#include <cstdint>

namespace diptych::testing {

/// Runs each scenario in an application of its own, without threads. Thread-safe. Blocking.
///
/// Time and random numbers are those of the scenario. Processes do not react.
class log_runner final : public scenario_runner {
public:
    enum class engine : std::uint8_t {
        memory,    ///< Nothing is written but an empty folder.
        segments,  ///< In a temporary folder, removed at the end of the scenario.
    };

    explicit log_runner(engine on) : on_(on) {}

    /// Fails as diptych::application does, and with what the command fails with.
    result<model::decided> run(scenario const& what) override;

private:
    engine on_;
};

/// What DIPTYCH_SCENARIOS asks for: `pure` (or nothing), `memory` or `segments`. Lives for ever.
/// Throws std::invalid_argument if it is something else.
scenario_runner& runner_as_told();

}  // namespace diptych::testing
