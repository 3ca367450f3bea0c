package io.ringtail.cli.render;

import java.util.ArrayList;
import java.util.List;

/**
 * Rows under a head. A table wider than the screen is cut between columns into several, each with
 * the first column again, so that no line is broken and nothing is left out.
 */
public final class Table {
  private static final String GAP = "  ";
  private static final int WIDEST_NAME = 28;
  private static final String CUT = "..";

  /** A column; figures stand to the right. */
  private record Column(String head, boolean figures) {}

  private final List<Column> columns = new ArrayList<>();
  private final List<List<String>> rows = new ArrayList<>();

  /** A column of names or words. */
  public Table words(String head) {
    columns.add(new Column(head, false));
    return this;
  }

  /** A column of figures. */
  public Table figures(String head) {
    columns.add(new Column(head, true));
    return this;
  }

  /**
   * @param cells one for each column
   */
  public Table row(List<String> cells) {
    if (cells.size() != columns.size()) {
      throw new IllegalArgumentException(cells.size() + " cells (expected " + columns.size() + ")");
    }
    List<String> row = new ArrayList<>(cells);
    row.set(0, shortened(row.get(0)));
    rows.add(row);
    return this;
  }

  public boolean isEmpty() {
    return rows.isEmpty();
  }

  /** Both ends of a long name say more than its beginning alone. */
  private static String shortened(String name) {
    if (name.length() <= WIDEST_NAME) {
      return name;
    }
    int end = (WIDEST_NAME - CUT.length()) / 2;
    int start = WIDEST_NAME - CUT.length() - end;
    return name.substring(0, start) + CUT + name.substring(name.length() - end);
  }

  /** The lines, head first; blocks are divided by an empty line. */
  public List<String> lines(int width) {
    List<String> lines = new ArrayList<>();
    int from = 1;
    do {
      int to = fitting(from, width);
      if (from > 1) {
        lines.add("");
      }
      lines.add(line(columns.stream().map(Column::head).toList(), from, to));
      for (List<String> row : rows) {
        lines.add(line(row, from, to));
      }
      from = to;
    } while (from < columns.size());
    return lines;
  }

  /** The end of the columns that fit beside the first; at least one does. */
  private int fitting(int from, int width) {
    int used = widthOf(0);
    int to = from;
    while (to < columns.size() && (to == from || used + GAP.length() + widthOf(to) <= width)) {
      used += GAP.length() + widthOf(to);
      to++;
    }
    return to;
  }

  private int widthOf(int column) {
    int widest = columns.get(column).head().length();
    for (List<String> row : rows) {
      widest = Math.max(widest, row.get(column).length());
    }
    return widest;
  }

  private String line(List<String> cells, int from, int to) {
    StringBuilder line = new StringBuilder();
    pad(line, cells.get(0), 0);
    for (int column = from; column < to; column++) {
      line.append(GAP);
      pad(line, cells.get(column), column);
    }
    return line.toString().stripTrailing();
  }

  private void pad(StringBuilder line, String cell, int column) {
    String space = " ".repeat(widthOf(column) - cell.length());
    line.append(columns.get(column).figures() ? space + cell : cell + space);
  }
}
