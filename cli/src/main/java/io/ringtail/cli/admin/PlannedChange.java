package io.ringtail.cli.admin;

import io.ringtail.admin.v1.Change;
import io.ringtail.admin.v1.ChangePlan;
import io.ringtail.admin.v1.ChangeResult;
import io.ringtail.cli.exit.CommandFailedException;
import io.ringtail.cli.exit.ExitCode;
import io.ringtail.cli.render.Output;
import io.ringtail.cli.render.Screen;
import java.io.PrintWriter;
import java.util.List;

/**
 * Makes a change as every change is made: says first what it would move, refuses what should not
 * be, asks, and then does it. The node that changes looks at it again: between the plan and the
 * word other nodes may have come or gone.
 */
final class PlannedChange {
  private final AdminClient client;
  private final Output output;
  private final Screen screen;
  private final PrintWriter talk;
  private final Confirmation confirmation;

  /**
   * @param screen results
   * @param talk all else
   */
  PlannedChange(
      AdminClient client,
      Output output,
      Screen screen,
      PrintWriter talk,
      Confirmation confirmation) {
    this.client = client;
    this.output = output;
    this.screen = screen;
    this.talk = talk;
    this.confirmation = confirmation;
  }

  /**
   * Makes it, or ends the command.
   *
   * @param force also if there are objections
   * @param yes without asking
   */
  void make(Change change, boolean force, boolean yes) {
    ChangePlan plan = client.plan(change);
    show(change, plan, !yes);
    requireAllowed(change, plan, force);
    if (!yes) {
      requireAgreed(PlanText.what(change));
    }
    ChangeResult result = client.apply(change, force);
    if (output == Output.TEXT) {
      screen.line(result.getOutcome());
    } else {
      screen.out().print(output.print(result));
    }
    screen.flush();
  }

  /** For a script only the result goes to stdout; who is asked must see the plan all the same. */
  private void show(Change change, ChangePlan plan, boolean willAsk) {
    if (output == Output.TEXT) {
      screen.lines(PlanText.lines(change, plan, screen.width()));
      screen.flush();
    } else if (willAsk) {
      PlanText.lines(change, plan, screen.width()).forEach(talk::println);
      talk.flush();
    }
  }

  private void requireAllowed(Change change, ChangePlan plan, boolean force) {
    String what = PlanText.what(change);
    if (!plan.getImpossible().isEmpty()) {
      refused(plan);
      throw new CommandFailedException(
          ExitCode.PROBLEM, "cannot " + what + ": " + plan.getImpossible());
    }
    List<String> objections = plan.getObjectionsList();
    if (!objections.isEmpty() && !force) {
      refused(plan);
      throw new CommandFailedException(
          ExitCode.PROBLEM,
          "will not "
              + what
              + ": "
              + String.join("; ", objections)
              + " (--force does it all the same)");
    }
  }

  /** A script sees the plan in the place of the result's, without an outcome. */
  private void refused(ChangePlan plan) {
    if (output != Output.TEXT) {
      screen.out().print(output.print(ChangeResult.newBuilder().setPlan(plan).build()));
      screen.flush();
    }
  }

  private void requireAgreed(String what) {
    switch (confirmation.ask("ringtail: " + what + "?")) {
      case YES -> {}
      case NO -> throw new CommandFailedException(ExitCode.PROBLEM, "not done");
      case NOBODY ->
          throw new CommandFailedException(
              ExitCode.USAGE,
              "not done: there is no terminal to ask on (--yes does it without asking)");
    }
  }
}
