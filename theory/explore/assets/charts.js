/**
 * Charts by Bokeh, in the colours of the page, light or dark.
 */
import { byId } from "./dom.js";

const views = new Map();

/** A colour of the style sheet. @param {string} name @returns {string} */
export const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();

const FONT = "system-ui, 'Segoe UI', 'Helvetica Neue', 'Liberation Sans', Arial, sans-serif";

/** Begin a chart. @param {object} options - of a figure of Bokeh @returns {object} */
export function chart(options) {
  const plot = Bokeh.Plotting.figure({
    sizing_mode: "stretch_width",
    height: 260,
    toolbar_location: null,
    tools: "",
    background_fill_color: null,
    border_fill_color: null,
    outline_line_color: null,
    min_border_right: 12,
    min_border_left: 52,
    ...options,
  });
  for (const axis of [...plot.below, ...plot.left]) {
    Object.assign(axis, {
      axis_line_color: colour("soft"),
      major_tick_line_color: colour("soft"),
      minor_tick_line_color: null,
      major_label_text_color: colour("ink"),
      major_label_text_font: FONT,
      major_label_text_font_size: "12px",
      axis_label_text_color: colour("soft"),
      axis_label_text_font: FONT,
      axis_label_text_font_size: "13px",
      axis_label_text_font_style: "normal",
    });
  }
  for (const axis of options.y_axis_type ? [] : [plot.below[0], plot.left[0]]) {
    axis.formatter = new Bokeh.PrintfTickFormatter({ format: "%.3g" });
    axis.ticker = new Bokeh.BasicTicker({ desired_num_ticks: 5 });
  }
  for (const grid of plot.center) grid.grid_line_color = colour("line");
  alignGrids(plot);
  return plot;
}

/** Draw the lines of the grid where the axes have their ticks. */
export function alignGrids(plot) {
  for (const grid of plot.center) grid.ticker = (grid.dimension ? plot.left : plot.below)[0].ticker;
}

/** A source of columns. @param {Object<string, any[]>} data */
export const columns = (data) => new Bokeh.ColumnDataSource({ data });

/** Show what lies under the pointer. */
export function hover(plot, renderers, tooltips, more = {}) {
  plot.add_tools(new Bokeh.HoverTool({ renderers, tooltips, visible: false, ...more }));
}

/** Have Bokeh let go of a chart: it keeps a document for each, and views of what is in it. */
function forget(view) {
  const its = view.model.document;
  for (const one of [...its.views_manager.roots]) {
    one.remove();
    Bokeh.index.delete(one);
  }
  its.clear();
  Bokeh.documents.splice(Bokeh.documents.indexOf(its), 1);
}

/**
 * Show a chart in the place of the one that is there; the last call counts, in whatever order they end.
 *
 * @param {string} place - the id of an element @param {object} plot @param {string} description - in words
 */
export async function show(place, plot, description) {
  const target = byId(place);
  target.setAttribute("role", "img");
  target.setAttribute("aria-label", description);
  const turn = (views.get(place)?.turn ?? 0) + 1;
  const before = views.get(place)?.view;
  views.set(place, { turn, view: before });
  target.style.minHeight = `${plot.height}px`; // or the page would jump
  const holder = document.createElement("div");
  const view = await Bokeh.Plotting.show(plot, holder);
  if (views.get(place).turn !== turn) {
    forget(view);
    return;
  }
  if (before) forget(before);
  target.replaceChildren(holder);
  views.set(place, { turn, view });
}
