/** The parts of a view, made from a template of the page. */
export interface Part {
  readonly root: HTMLElement;
  /** The one element that a selector names. @throws if it is not there or of another kind: the page's own mistake */
  find<Kind extends HTMLElement>(selector: string, kind: new () => Kind): Kind;
}

/** Makes an element from the template with this id: its only one, or a `<div>` around them. */
export function part(template: string): Part {
  const found = document.getElementById(template);
  if (!(found instanceof HTMLTemplateElement))
    throw new Error(`There is no template "${template}".`);
  const content = document.importNode(found.content, true);
  const only = content.childElementCount === 1 ? content.firstElementChild : null;
  const root = only instanceof HTMLElement ? only : wrapped(content, template);
  return { root, find: (selector, kind) => find(root, selector, kind) };
}

/** The one element that a selector names inside of another. */
export function find<Kind extends HTMLElement>(
  inside: ParentNode,
  selector: string,
  kind: new () => Kind,
): Kind {
  const found = inside.querySelector(selector);
  if (found instanceof kind) return found;
  throw new Error(`There is no ${kind.name} "${selector}".`);
}

function wrapped(content: DocumentFragment, name: string): HTMLElement {
  const root = document.createElement("div");
  root.className = name;
  root.append(content);
  return root;
}
