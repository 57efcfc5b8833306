/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
/// <reference types="vite/client" />
import "@fontsource-variable/inter/wght.css";
import "@fontsource-variable/jetbrains-mono/wght.css";
import "./style.css";
import "./app.css";
import { createRoot } from "react-dom/client";
import { App } from "./app.ts";
import { h } from "./components/h.ts";

createRoot(document.getElementById("app")!).render(h(App));
