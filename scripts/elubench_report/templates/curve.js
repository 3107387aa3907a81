// The interactive curve. The formulas are the report's own; here are the names that they use.
(() => {
  const erf = (x) => {  // Abramowitz and Stegun 7.1.26, error below 1.5e-7
    const t = 1 / (1 + 0.3275911 * Math.abs(x));
    const series = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
    return Math.sign(x) * (1 - series * Math.exp(-x * x));
  };
  const names = {
    where: (condition, yes, no) => (condition ? yes : no), minimum: Math.min, maximum: Math.max, absolute: Math.abs,
    exp: Math.exp, expm1: Math.expm1, tanh: Math.tanh, sqrt: Math.sqrt, sigmoid: (x) => 1 / (1 + Math.exp(-x)),
    normal: (x) => (1 + erf(x / Math.SQRT2)) / 2, softplus: (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))),
  };
  const compile = (expression, parameter) =>
    new Function(...Object.keys(names), parameter || "unused", "x", `return ${expression}`).bind(null, ...Object.values(names));
  const byId = (id) => document.getElementById(id);
  const select = byId("curve-function"), slider = byId("curve-parameter"), plot = byId("curve-plot");
  const box = { left: 40, right: 628, top: 12, bottom: 330, x: [-5, 3], y: [-3.2, 3.2] };
  const across = (x) => box.left + ((x - box.x[0]) / (box.x[1] - box.x[0])) * (box.right - box.left);
  const up = (y) => box.bottom - ((y - box.y[0]) / (box.y[1] - box.y[0])) * (box.bottom - box.top);
  const line = (x1, y1, x2, y2, kind) => `<line x1="${x1}" y1="${y1}" x2="${x2}" y2="${y2}" class="${kind}"/>`;

  const frame = () => {
    let parts = "";
    for (let y = -3; y <= 3; y++) {
      parts += line(box.left, up(y), box.right, up(y), y ? "grid" : "axis");
      parts += `<text x="${box.left - 8}" y="${up(y) + 4}" text-anchor="end">${String(y).replace("-", "−")}</text>`;
    }
    for (let x = -5; x <= 3; x++) parts += `<text x="${across(x)}" y="${box.bottom + 18}" text-anchor="middle">${String(x).replace("-", "−")}</text>`;
    return parts + line(across(0), box.top, across(0), box.bottom, "axis");
  };
  const path = (f, kind) => {
    let parts = "", before = NaN;
    for (let i = 0; i <= 800; i++) {
      const x = box.x[0] + (i / 800) * (box.x[1] - box.x[0]), y = f(x);
      const inside = y >= box.y[0] && y <= box.y[1];
      if (inside) parts += `${Math.abs(y - before) < 0.2 ? "L" : "M"}${across(x).toFixed(1)} ${up(y).toFixed(1)}`;
      before = inside ? y : NaN;
    }
    return `<path d="${parts}" class="${kind}"/>`;
  };
  const draw = () => {
    const chosen = functions[select.selectedIndex], parameter = chosen.parameters[0], value = Number(slider.value);
    const bound = (expression) => { const f = compile(expression, parameter && parameter.name); return (x) => f(value, x); };
    byId("curve-value").textContent = parameter ? value.toFixed(2) : "";
    plot.innerHTML = frame() + path(bound(chosen.derivative), "slope") + path(bound(chosen.value), "value");
    const sides = [bound(chosen.derivative)(-1e-9), bound(chosen.derivative)(1e-9)].map((d) => d.toFixed(2).replace("-", "−"));
    byId("curve-text").textContent = `At 0: f′ is ${sides[0]} from the left, ${sides[1]} from the right.`;
  };
  const choose = () => {
    const parameter = functions[select.selectedIndex].parameters[0];
    byId("curve-slider").hidden = !parameter;
    byId("curve-slider").style.display = parameter ? "" : "none";
    if (parameter) {
      slider.min = parameter.low; slider.max = parameter.high; slider.value = parameter.default;
      byId("curve-symbol").textContent = parameter.symbol;
    }
    draw();
  };
  for (const each of functions) select.add(new Option(each.label));
  select.selectedIndex = functions.findIndex((each) => each.name === "elu");
  select.addEventListener("change", choose);
  slider.addEventListener("input", draw);
  byId("curve").hidden = false;
  byId("curve-static").style.display = "none";
  choose();
})();
