/// @file
/// All that a domain needs: ids, events, states, commands, decisions, processes and their context.
///
/// Read in this order: domain_event.hpp, state.hpp, command.hpp, parameters.hpp, decision.hpp,
/// context.hpp, process.hpp; then testing.hpp for the tests and application.hpp to run it.
#pragma once

#include <diptych/command.hpp>
#include <diptych/context.hpp>
#include <diptych/decision.hpp>
#include <diptych/domain_event.hpp>
#include <diptych/environment.hpp>
#include <diptych/error.hpp>
#include <diptych/id.hpp>
#include <diptych/parameters.hpp>
#include <diptych/process.hpp>
#include <diptych/state.hpp>
#include <diptych/upcaster.hpp>
