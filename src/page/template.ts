/** Clones the template with this id. Returns its only element, or a `<div>` with the id as its class around several. */
export function cloneTemplate(id: string): HTMLElement {
  const template = find(document, `template#${id}`, HTMLTemplateElement);
  const content = document.importNode(template.content, true);
  const [only, ...others] = content.children;
  if (only instanceof HTMLElement && others.length === 0) return only;
  const root = document.createElement("div");
  root.className = id;
  root.append(content);
  return root;
}

/**
 * Returns the first element inside `parent` that matches the selector.
 *
 * @throws Error if there is none or it is of another kind, which is a bug in the page
 */
export function find<Kind extends HTMLElement>(
  parent: ParentNode,
  selector: string,
  kind: new () => Kind,
): Kind {
  const found = parent.querySelector(selector);
  if (found instanceof kind) return found;
  throw new Error(`There is no ${kind.name} "${selector}".`);
}
