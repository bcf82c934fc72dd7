/** The element of the page with that id. */
export const at = (id) => document.getElementById(id);

/** An element with properties and children. */
export function element(name, properties = {}, ...children) {
	const made = Object.assign(document.createElement(name), properties);
	made.append(...children);
	return made;
}

export const button = (label, title, onclick) =>
	element('button', { type: 'button', className: 'quiet', title, ariaLabel: title, onclick }, label);
